import { PermanentError } from "../../lib/contracts/errors.ts";
import { fingerprintOf } from "../../lib/contracts/fingerprint.ts";
import type { PolicySeen } from "../../lib/contracts/key-rotation.ts";
import type { PublishedVersion, Slot } from "../../lib/contracts/publish-target.ts";
import { slots } from "../../lib/contracts/publish-target.ts";
import type { Publication } from "../../lib/contracts/requests/rotate-policy-key.ts";
import { nameOf } from "./request.ts";
import type { Work } from "./work.ts";

/** Clocks of targets may be ahead of ours by so much. */
const skewMs = 24 * 3_600_000;

/** As `PolicyKeys.of` has it. */
const serviceAndPolicy = /^[A-Za-z0-9-]{1,64}\/[\w-]{1,64}$/;

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
export async function readTargets({ rotation, asked, call, keys }: Work): Promise<readonly AtTarget[]> {
  const read: AtTarget[] = [];
  const aheadMs = Math.max(0, rotation.now() - rotation.wallMs());
  for (const publication of asked.publish) {
    const version = await rotation.target(publication).read(publication.secret, call);
    const named = { name: nameOf(publication), publication };
    refuseForeign(named.name, version, keys.of);
    if (version) refuseFuture(named.name, version, rotation.now());
    const fingerprint = version && fingerprintOf(rotation.keyIn(version.value));
    read.push(
      version && fingerprint !== undefined
        ? {
            ...named,
            key: {
              fingerprint,
              version: version.version,
              ...timesOf(version, fingerprint, { graceMs: asked.graceMs, aheadMs }),
            },
          }
        : named,
    );
  }
  return read;
}

/**
 * Since when consumers can read it, and until when some may still use what was there before. The later of two clocks counts; without
 * a word about its grace, the one of this request does.
 * @param aheadMs how far our time is ahead of the system's clock, and so of what the target says by its own
 */
function timesOf(
  { publishedAt, note }: PublishedVersion,
  fingerprint: string,
  { graceMs, aheadMs }: { readonly graceMs: number; readonly aheadMs: number },
) {
  // A note without a fingerprint is a part of the version itself.
  const ours = note?.fingerprint === undefined || note.fingerprint === fingerprint ? note : undefined;
  const since = Math.max(publishedAt === undefined ? 0 : publishedAt + aheadMs, ours?.publishedAt ?? 0);
  // Whoever asks for a longer grace now knows of consumers that need it.
  return { since, until: since + Math.max(ours?.graceMs ?? 0, graceMs) };
}

/** Whoever may rotate one policy must not hand its key to the consumers of another one. */
function refuseForeign(name: string, version: PublishedVersion | undefined, of: string): void {
  const found = version?.note?.of;
  if (found === undefined || found.toLowerCase() === of.toLowerCase()) return;
  // It comes from the target, where anybody may have written it.
  const other = serviceAndPolicy.test(found) ? found : "something else";
  throw new PermanentError(`Expected a key of ${of} in ${name}, got one of ${other}: publish to a secret of its own`, {
    code: "published-of-another",
  });
}

function refuseFuture(name: string, { publishedAt = 0, note }: PublishedVersion, now: number): void {
  const since = Math.max(publishedAt, note?.publishedAt ?? 0);
  if (since <= now + skewMs) return;
  throw new PermanentError(
    `Expected a key in ${name} that was published before now, got one of a time to come: look at the clocks here and there`,
    { code: "published-in-the-future" },
  );
}

/** Slots that hold the key of that fingerprint. */
export const slotsWith = (seen: PolicySeen, fingerprint: string): readonly Slot[] =>
  slots.filter((slot) => seen.fingerprints[slot] === fingerprint);
