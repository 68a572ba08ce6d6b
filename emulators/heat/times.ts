import type { Settings } from "./settings.ts";

/** The tables keep whole seconds. */
export function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1_000) * 1_000;
}

export function heatTime({ timestamps }: Pick<Settings, "timestamps">, ms: number): string {
  const iso = new Date(ms).toISOString();
  return timestamps === "z" ? `${iso.slice(0, 19)}Z` : iso.replace("Z", "000");
}

/** Whole seconds with the six zeros that Keystone adds. */
export function keystoneTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}.000000Z`;
}

export function httpDate(ms: number): string {
  return new Date(ms).toUTCString();
}
