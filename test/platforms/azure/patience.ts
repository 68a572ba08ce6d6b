import type { Persistence } from "../../../lib/platforms/trying.ts";

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
