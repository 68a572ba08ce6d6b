import { DroverError } from "../../../lib/contracts/errors.ts";
import { fingerprintOf } from "../../../lib/contracts/fingerprint.ts";
import type { KeyRotation } from "../../../lib/contracts/key-rotation.ts";
import type { Log } from "../../../lib/contracts/ports.ts";
import type { PublishedVersion, PublishTarget, Slot } from "../../../lib/contracts/publish-target.ts";
import type { Publication } from "../../../lib/contracts/requests/rotate-policy-key.ts";
import type { RotatedKey } from "./rotated-key.ts";

/** Reads under way at once, of all keys together. */
const atOnce = 4;

/** What consumers read at one target. Never a key. */
export interface Published {
  readonly target: string;
  readonly secret: string;
  readonly version?: string;
  readonly fingerprint?: string;
  readonly slot?: Slot;
  /** Milliseconds since 1970; 0 where the target does not say. */
  readonly publishedAt?: number;
  /** Why it cannot be told. */
  readonly problem?: string;
}

interface Parts {
  readonly log: Log;
  /** Milliseconds since 1970. */
  now(): number;
  /** @throws DroverError when there is no such connection */
  rotationOf(connection: string): Rotation | undefined;
}

interface Rotation extends Pick<KeyRotation, "keyIn"> {
  target(publication: Publication): Pick<PublishTarget, "read">;
}

/** Reads all targets of all keys, in their order. What cannot be read says why, and hides no other. */
export async function readPublished(
  parts: Parts,
  keys: readonly RotatedKey[],
  signal: AbortSignal,
): Promise<ReadonlyMap<RotatedKey, readonly Published[]>> {
  const reads = keys.flatMap((key) => key.publish.map((publication) => ({ key, publication })));
  const found: Published[] = [];
  const left = reads.entries();
  const work = async () => {
    for (const [index, { key, publication }] of left) found[index] = await readOne(parts, key, publication, signal);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return new Map(
    keys.map((key) => [key, reads.flatMap((read, index) => (read.key === key ? (found[index] ?? []) : []))]),
  );
}

async function readOne(
  { log, now, rotationOf }: Parts,
  key: RotatedKey,
  publication: Publication,
  signal: AbortSignal,
): Promise<Published> {
  const { connection, last, underWay, schedules, recorded } = key;
  const { target, secret } = publication;
  const published = recorded.get(`${target}/${secret}`);
  // Whoever may ask for rotations may name any secret there: only what was carried out, or is configured, leads to one.
  if (published === undefined && schedules.length === 0) {
    return { target, secret, problem: "No rotation of this key is known to have published there" };
  }
  try {
    const rotation = rotationOf(connection);
    if (!rotation) return { target, secret, problem: `The keys of connection ${connection} cannot be rotated` };
    const version = await rotation.target(publication).read(secret, { signal, nowMs: now() });
    if (!version) return { target, secret, problem: "Nothing is published there yet" };
    const fingerprint = fingerprintOf(rotation.keyIn(version.value));
    const note = noteOf(version, fingerprint);
    // Of a secret of somebody else a fingerprint is enough to guess it by.
    if (!isOf(key, note) && published?.has(fingerprint) !== true) return { target, secret, problem: foreign };
    return { target, secret, ...shownOf(version, note, fingerprint, [last?.result, underWay?.handle]) };
  } catch (error) {
    if (error instanceof DroverError) return { target, secret, problem: error.message };
    log.warn("a publish target could not be read", { target, error: "defect" });
    return { target, secret, problem: "It could not be read, for a defect of Drover's: see its log" };
  }
}

const foreign =
  "Somebody else put there what stands there: neither its note nor a rotation of this key says that it was published for it";

/** A note without a fingerprint is a part of the version itself; one with another fingerprint is about what stood there before. */
const noteOf = ({ note }: PublishedVersion, fingerprint: string) =>
  note?.fingerprint === undefined || note.fingerprint === fingerprint ? note : undefined;

const isOf = ({ service, policy }: RotatedKey, note: PublishedVersion["note"]): boolean =>
  note?.of?.toLowerCase() === `${service}/${policy}`.toLowerCase();

function shownOf(
  { version, publishedAt = 0 }: PublishedVersion,
  note: PublishedVersion["note"],
  fingerprint: string,
  known: readonly unknown[],
): Omit<Published, "target" | "secret"> {
  const slot = note?.slot ?? slotIn(known, fingerprint);
  return {
    version,
    fingerprint,
    ...(slot === undefined ? {} : { slot }),
    publishedAt: Math.max(publishedAt, note?.publishedAt ?? 0),
  };
}

/** Where a target keeps no note: what rotations have written down of the slots. */
function slotIn(known: readonly unknown[], fingerprint: string): Slot | undefined {
  for (const one of known) {
    const { fingerprints, applied }: { fingerprints?: unknown; applied?: unknown } = Object(one);
    for (const slots of [fingerprints, applied]) {
      const { primary, secondary }: { primary?: unknown; secondary?: unknown } = Object(slots);
      if (primary === fingerprint) return "primary";
      if (secondary === fingerprint) return "secondary";
    }
  }
  return undefined;
}
