import { randomUUID } from "node:crypto";
import { RetryableError } from "../../contracts/errors.ts";
import { hashFraction } from "../../contracts/identifiers.ts";
import { defaultPersistence, type Persistence, trying } from "../trying.ts";
import type { Blobs } from "./blobs.ts";

/** Does work that only one may do at a time, or gives back undefined when somebody else is at it. */
export type OneAtATime = <Value>(name: string, work: () => Promise<Value>) => Promise<Value | undefined>;

export interface BlobTurnsOptions {
  readonly blobs: Blobs;
  /** Milliseconds that only go forward. */
  readonly monotonicMs: () => number;
  readonly prefix?: string;
  readonly persistence?: Persistence;
}

/** The longest that the service gives. */
const leaseSeconds = 60;
/** What began within this is over before somebody else may begin: three attempts at a call, and their pauses. */
export const turnMs = 30_000;
/** Names share blobs, so that none is left behind for each name that ever was. */
const places = 16;

/** Leases of blobs: a crash gives them back within a minute. */
export function blobTurns(options: BlobTurnsOptions): OneAtATime {
  const { blobs, monotonicMs, prefix = "turns/", persistence = defaultPersistence } = options;
  return async (name, work) => {
    const blob = `${prefix}${Math.floor(hashFraction(name) * places)}`;
    const began = monotonicMs();
    const id = randomUUID();
    const lease = () => trying(persistence, () => blobs.lease(blob, leaseSeconds, id));
    let outcome = await lease();
    if (outcome === "absent") {
      await trying(persistence, () => blobs.put(blob, new Uint8Array(), {}, "absent"));
      outcome = await lease();
    }
    if (outcome !== "leased") return undefined;
    try {
      if (monotonicMs() - began <= turnMs) return await work();
      throw new RetryableError("Expected a turn within its time, got one that took too long to begin", {
        provider: "storage-blobs",
        code: "timeout",
        effect: "none",
      });
    } finally {
      await blobs.giveBack(blob, id).catch(() => undefined);
    }
  };
}
