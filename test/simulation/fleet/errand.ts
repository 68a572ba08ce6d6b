import type { Functions } from "./functions.ts";

/** Something that a person does about one operation, after a while. */
export interface Errand {
  /** Whoever does it does not do it twice at the same time. */
  readonly key: string;
  readonly step: string;
  readonly afterMs: number;
  run(functions: Functions): Promise<unknown>;
  /** Somebody else comes for the same so much later. */
  readonly againAfterMs?: number;
}

export const person = { by: "somebody", note: "in the simulation" };
