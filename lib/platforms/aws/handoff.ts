import { randomBytes } from "node:crypto";
import { type DroverError, RetryableError } from "../../contracts/errors.ts";
import type { Clock, HandoffEntry, HandoffStore } from "../../contracts/ports.ts";
import { eachOf } from "../batches.ts";
import { checkedEntry, checkedId, damaged, openedContent, openedEntry, sealedHandoff } from "../sealed-handoff.ts";
import { defaultPersistence, type Persistence, pauseBefore, trying } from "../trying.ts";
import type { SealingKeys } from "../vault-key.ts";
import type { Condition, ObjectHead, Objects } from "./objects.ts";

/** Longer than a write whose answer was lost can still be on its way: the mark of what was taken stands at least as long. */
const markMs = 3_600_000;
/** Tries to be the newest, against others that put under the same id. */
const maxPuts = 5;
const lookConcurrency = 8;
const maxPages = 100;

/** Names of metadata. An object is either an entry or the mark that stands in its place once it was taken. */
const named = {
  about: "drover-about",
  notAfter: "drover-not-after",
  put: "drover-put",
  taken: "drover-taken",
  takenAt: "drover-taken-at",
} as const;

/**
 * A function answers with 6 MB at the most, and content is a third longer in base64. Refused here, before anybody is offered it:
 * whoever fetches it has claimed it by then.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export const maxContentBytes = 4 * 1024 * 1024;

export interface AwsHandoffOptions {
  readonly objects: Objects;
  readonly keys: SealingKeys;
  readonly clock: Pick<Clock, "now">;
  /** Before every id, e.g. `handoffs/`. */
  readonly prefix?: string;
  readonly persistence?: Persistence;
}

/** What became of a conditional write. `doubtful`: an answer was lost before, so the write may be what stands there. */
interface Written {
  readonly etag: string | undefined;
  readonly doubtful: boolean;
  readonly failure?: DroverError;
}

/**
 * S3. It cannot read and delete in one step, so an entry is taken by replacing it with a small mark, on the condition that it is
 * still the very object that was read (`PutObject` with `If-Match`, compare-and-swap): of several takers one succeeds, and a crash
 * after that means that the content is gone. The mark carries the taker's own number, so that a taker whose answer was lost finds
 * out whether it was the one. Marks stay for an hour: were the key free at once, a late `put` could bring back what was taken.
 *
 * Needs a bucket without versions. Its lifecycle rule (a day) is for what `expire` did not reach.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export function awsHandoffStore(options: AwsHandoffOptions): HandoffStore {
  const { objects, keys, clock, prefix = "handoffs/", persistence = defaultPersistence } = options;
  const keyOf = (id: string) => `${prefix}${checkedId(id)}`;
  const head = (key: string) => trying(persistence, () => objects.head(key));

  async function write(
    key: string,
    body: Buffer<ArrayBuffer>,
    metadata: Record<string, string>,
    condition: Condition,
  ): Promise<Written> {
    let doubtful = false;
    for (let attempt = 1; ; attempt += 1) {
      if (attempt > 1) await pauseBefore(attempt, persistence);
      try {
        return { etag: await objects.put(key, body, metadata, condition), doubtful };
      } catch (error) {
        if (!(error instanceof RetryableError)) throw error;
        doubtful ||= error.effect !== "none";
        if (attempt >= persistence.attempts) return { etag: undefined, doubtful, failure: error };
      }
    }
  }

  /** Puts the mark in the place of that very object. False when another was faster. */
  async function claim(key: string, { etag, metadata }: ObjectHead): Promise<boolean> {
    const taken = randomBytes(16).toString("hex");
    const mark = { [named.taken]: taken, [named.takenAt]: String(clock.now()), [named.put]: metadata[named.put] ?? "" };
    const written = await write(key, Buffer.from(`taken ${taken}\n`), mark, { etag });
    if (written.etag !== undefined) return true;
    if (written.doubtful && (await head(key))?.metadata[named.taken] === taken) return true;
    if (written.failure) throw written.failure;
    return false;
  }

  const isOver = (entry: HandoffEntry) => clock.now() >= entry.expiresAt;

  async function take(id: string) {
    const key = keyOf(id);
    const found = await trying(persistence, () => objects.get(key));
    if (!found || isMark(found)) return undefined;
    const about = aboutIn(id, found);
    // Opened before the claim: a wrong key must not cost the content.
    const sealing = await keys.forOpening();
    const entry = openedEntry(sealing, id, about);
    if (isOver(entry)) {
      await removeObject(key, found);
      return undefined;
    }
    const content = openedContent(sealing, id, { about, content: found.body });
    if (!(await claim(key, found))) return undefined;
    return isOver(entry) ? undefined : { entry, content };
  }

  /** Removes that very object; false when another stands there, or none. */
  const removeObject = (key: string, { etag }: ObjectHead) => trying(persistence, () => objects.remove(key, etag));

  async function put(
    id: string,
    content: Uint8Array,
    about: { readonly fileName: string; readonly expiresAt: number },
  ) {
    const key = keyOf(id);
    const entry = checkedEntry(id, content, about, { nowMs: clock.now(), maxContentBytes });
    const sealedEntry = sealedHandoff(await keys.forSealing(), entry, content);
    const number = randomBytes(16).toString("hex");
    const metadata = {
      [named.about]: sealedEntry.about,
      [named.notAfter]: String(entry.expiresAt),
      [named.put]: number,
    };
    let failure: DroverError | undefined;
    for (let turn = 0; turn < maxPuts; turn += 1) {
      const standing = await head(key);
      const written = await write(key, sealedEntry.content, metadata, standing ? { etag: standing.etag } : "absent");
      if (written.etag !== undefined) return entry;
      failure = written.failure;
      // Proven not to be there: another was faster, so look again.
      if (!written.doubtful) continue;
      // An answer was lost. What stands there now is ours, was ours and is taken, or came after ours: each time it is done.
      // Never is it written a second time: it might have been taken by then.
      const now = await head(key);
      if (now && now.etag !== standing?.etag) return entry;
      break;
    }
    throw (
      failure ??
      new RetryableError(`Expected to put the handoff ${id}, got others that put it at the same time`, {
        provider: "s3",
        code: "conflict",
      })
    );
  }

  async function expire(nowMs: number): Promise<number> {
    let expired = 0;
    let cursor: string | undefined;
    for (let page = 0; page < maxPages; page += 1) {
      const listed = await trying(persistence, () => objects.keys(prefix, cursor));
      await eachOf(listed.keys, lookConcurrency, async (key) => {
        const found = await head(key);
        if (!found) return;
        const isGone = isMark(found)
          ? nowMs >= timeIn(found, named.takenAt) + markMs
          : nowMs >= timeIn(found, named.notAfter);
        if (isGone && (await removeObject(key, found)) && !isMark(found)) expired += 1;
      });
      if (listed.cursor === undefined) break;
      cursor = listed.cursor;
    }
    return expired;
  }

  return {
    put,
    take,
    expire,
    async describe(id) {
      const found = await head(keyOf(id));
      if (!found || isMark(found)) return undefined;
      const entry = openedEntry(await keys.forOpening(), id, aboutIn(id, found));
      return isOver(entry) ? undefined : entry;
    },
    async remove(id) {
      const key = keyOf(id);
      for (let turn = 0; turn < maxPuts; turn += 1) {
        const found = await head(key);
        if (!found || isMark(found)) return false;
        if (await claim(key, found)) return true;
      }
      throw new RetryableError(`Expected to remove the handoff ${id}, got others that put it at the same time`, {
        provider: "s3",
        code: "conflict",
      });
    },
  };
}

const isMark = ({ metadata }: ObjectHead) => metadata[named.taken] !== undefined;

function aboutIn(id: string, { metadata }: ObjectHead): string {
  const about = metadata[named.about];
  if (about === undefined) throw damaged(id);
  return about;
}

/** What says nothing of its time is none of ours, and is left to the lifecycle rule. */
function timeIn({ metadata }: ObjectHead, name: string): number {
  const time = Number(metadata[name] ?? "");
  return time > 0 ? time : Number.POSITIVE_INFINITY;
}
