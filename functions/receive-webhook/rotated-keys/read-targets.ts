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
  { connection, last, underWay }: RotatedKey,
  publication: Publication,
  signal: AbortSignal,
): Promise<Published> {
  const { target, secret } = publication;
  try {
    const rotation = rotationOf(connection);
    if (!rotation) return { target, secret, problem: `The keys of connection ${connection} cannot be rotated` };
    const version = await rotation.target(publication).read(secret, { signal, nowMs: now() });
    if (!version) return { target, secret, problem: "Nothing is published there yet" };
    return { target, secret, ...shownOf(rotation, version, [last?.result, underWay?.handle]) };
  } catch (error) {
    if (error instanceof DroverError) return { target, secret, problem: error.message };
    log.warn("a publish target could not be read", { target, error: "defect" });
    return { target, secret, problem: "It could not be read, for a defect of Drover's: see its log" };
  }
}

function shownOf(
  rotation: Pick<KeyRotation, "keyIn">,
  { value, version, publishedAt = 0, note }: PublishedVersion,
  known: readonly unknown[],
): Omit<Published, "target" | "secret"> {
  const fingerprint = fingerprintOf(rotation.keyIn(value));
  const ours = note?.fingerprint === undefined || note.fingerprint === fingerprint ? note : undefined;
  const slot = ours?.slot ?? slotIn(known, fingerprint);
  return {
    version,
    fingerprint,
    ...(slot === undefined ? {} : { slot }),
    publishedAt: Math.max(publishedAt, ours?.publishedAt ?? 0),
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
