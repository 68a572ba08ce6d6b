import { fingerprintOf } from "../../lib/contracts/fingerprint.ts";
import type { PolicySeen } from "../../lib/contracts/key-rotation.ts";
import type { PublishedVersion, Slot } from "../../lib/contracts/publish-target.ts";
import { slots } from "../../lib/contracts/publish-target.ts";
import type { Publication } from "../../lib/contracts/requests/rotate-policy-key.ts";
import { nameOf } from "./request.ts";
import type { Work } from "./work.ts";

/** What consumers read at one target now. */
export interface AtTarget {
  readonly name: string;
  readonly publication: Publication;
  /** Absent when nothing was published there yet. */
  readonly key?: {
    readonly fingerprint: string;
    readonly version: string;
    readonly since: number;
    readonly until: number;
  };
}

/** Reads all targets; a secret that requests may not publish is refused here, before anything is changed. */
export async function readTargets({ rotation, asked, call }: Work): Promise<readonly AtTarget[]> {
  const read: AtTarget[] = [];
  for (const publication of asked.publish) {
    const version = await rotation.target(publication).read(publication.secret, call);
    const named = { name: nameOf(publication), publication };
    const fingerprint = version && fingerprintOf(rotation.keyIn(version.value));
    read.push(
      version && fingerprint !== undefined
        ? { ...named, key: { fingerprint, version: version.version, ...timesOf(version, fingerprint, asked.graceMs) } }
        : named,
    );
  }
  return read;
}

/**
 * Since when consumers can read it, and until when some may still use what was there before. The later of two clocks counts; without
 * a word about its grace, the one of this request does.
 */
function timesOf({ publishedAt = 0, note }: PublishedVersion, fingerprint: string, graceMs: number) {
  // A note without a fingerprint is a part of the version itself.
  const ours = note?.fingerprint === undefined || note.fingerprint === fingerprint ? note : undefined;
  const since = Math.max(publishedAt, ours?.publishedAt ?? 0);
  return { since, until: since + (ours?.graceMs ?? graceMs) };
}

/** Slots that hold the key of that fingerprint. */
export const slotsWith = (seen: PolicySeen, fingerprint: string): readonly Slot[] =>
  slots.filter((slot) => seen.fingerprints[slot] === fingerprint);
