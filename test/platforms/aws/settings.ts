import { Secret } from "../../../lib/contracts/secret.ts";
import type { AwsSettings } from "../../../lib/platforms/aws/clients.ts";
import type { Persistence } from "../../../lib/platforms/trying.ts";

export const accessKeyId = "AKIAIOSFODNN7EXAMPLE";
export const secretAccessKey = "canary/wJalrXUtnFEMI/K7MDENG+bPxRfiCY";
export const sessionToken = "canary//FwoGZXIvYXdzEJr+session==";
export const region = "eu-central-1";
/** As emulators take them. */
export const accessKey = { accessKeyId, secretAccessKey, sessionToken };

export function settingsFor(endpoint: string, more: Partial<AwsSettings> = {}): AwsSettings {
  const credentials = {
    accessKeyId,
    secretAccessKey: new Secret(secretAccessKey),
    sessionToken: new Secret(sessionToken),
  };
  return { region, endpoint, credentials: () => credentials, ...more };
}

/** Repeats without waiting, and tells how long it would have waited. */
export function impatience(attempts = 3): Persistence & { readonly pauses: number[] } {
  const pauses: number[] = [];
  return { attempts, firstPauseMs: 100, pause: async (ms) => void pauses.push(ms), chance: () => 0.5, pauses };
}

/** What a call threw. */
export async function thrownBy(work: () => Promise<unknown>): Promise<Error> {
  try {
    await work();
  } catch (error) {
    if (error instanceof Error) return error;
    throw new Error("Expected an Error to be thrown, got another value");
  }
  throw new Error("Expected an error, got none");
}

/** Everything that an error shows to whoever prints it, its causes too. */
export function shownBy(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = Object.getOwnPropertyNames(error).filter((name) => name !== "cause");
  const parts = own.map((name) => String((error as unknown as Record<string, unknown>)[name]));
  return [...parts, error.cause === undefined ? "" : shownBy(error.cause)].join("\n");
}
