import { randomBytes } from "node:crypto";
import { type DroverError, RetryableError } from "../contracts/errors.ts";
import type { Clock, HandoffEntry, HandoffStore } from "../contracts/ports.ts";
import { eachOf } from "./batches.ts";
import type { Condition, ConditionalObjects, ObjectHead } from "./conditional-objects.ts";
import type { HandoffMarks } from "./handoff-marks.ts";
import { checkedEntry, checkedId, openedContent, openedEntry, sealedHandoff } from "./sealed-handoff.ts";
import { defaultPersistence, type Persistence, pauseBefore, trying } from "./trying.ts";
import type { SealingKeys } from "./vault-key.ts";

/** Tries to be the newest, against others that put under the same id. */
const maxPuts = 5;
const lookConcurrency = 8;
const maxPages = 100;

/** Where a cloud keeps what is handed over. */
export interface HandoffObjects extends ConditionalObjects {
  /** Names that begin with it, a page at a time; with what `head` would tell, where a list tells it. */
  list(prefix: string, cursor?: string): Promise<ListedPage>;
}

export interface ListedPage {
  readonly listed: readonly { readonly name: string; readonly head?: ObjectHead }[];
  readonly cursor?: string;
}

export interface HandoffOptions {
  readonly keys: SealingKeys;
  readonly clock: Pick<Clock, "now">;
  /** Before every id. Default: `handoffs/`. */
  readonly prefix?: string;
  readonly persistence?: Persistence;
}

export interface MarkedHandoffOptions extends HandoffOptions {
  readonly objects: HandoffObjects;
  readonly marks: HandoffMarks;
  readonly maxContentBytes: number;
  /** Named in errors. */
  readonly provider: string;
}

/** What became of a conditional write. `doubtful`: an answer was lost before, so the write may be what stands there. */
interface Written {
  readonly etag: string | undefined;
  readonly doubtful: boolean;
  readonly failure?: DroverError;
}

/**
 * Storage of a cloud, which cannot read and delete in one step. So an entry is taken by replacing it with a small mark, on the condition
 * that it is still the very object that was read: of several takers one succeeds, and a crash after that means that the content is gone.
 * The mark carries the taker's own number, so that a taker whose answer was lost finds out whether it was the one. Marks stay for an hour:
 * were the name free at once, a late `put` could bring back what was taken.
 *
 * Needs storage without versions; what they kept would be sealed all the same. A lifecycle rule (a day) is for what `expire` did not reach.
 */
export function markedHandoffStore(options: MarkedHandoffOptions): HandoffStore {
  const { objects, marks, keys, clock, provider, prefix = "handoffs/", persistence = defaultPersistence } = options;
  const nameOf = (id: string) => `${prefix}${checkedId(id)}`;
  const head = (name: string) => trying(persistence, () => objects.head(name));
  const isOver = (entry: HandoffEntry) => clock.now() >= entry.expiresAt;
  const outrun = (what: string, id: string) =>
    new RetryableError(`Expected to ${what} the handoff ${id}, got others that put it at the same time`, {
      provider,
      code: "conflict",
    });

  async function write(
    name: string,
    body: Buffer<ArrayBuffer>,
    metadata: Record<string, string>,
    condition: Condition,
  ): Promise<Written> {
    let doubtful = false;
    for (let attempt = 1; ; attempt += 1) {
      if (attempt > 1) await pauseBefore(attempt, persistence);
      try {
        return { etag: await objects.put(name, body, metadata, condition), doubtful };
      } catch (error) {
        if (!(error instanceof RetryableError)) throw error;
        doubtful ||= error.effect !== "none";
        if (attempt >= persistence.attempts) return { etag: undefined, doubtful, failure: error };
      }
    }
  }

  /** Puts the mark in the place of that very object. False when another was faster. */
  async function claim(name: string, { etag }: ObjectHead): Promise<boolean> {
    const number = randomBytes(16).toString("hex");
    const mark = marks.mark(clock.now(), number);
    const written = await write(name, Buffer.from(`taken ${number}\n`), mark, { etag });
    if (written.etag !== undefined) return true;
    const standing = written.doubtful ? await head(name) : undefined;
    if (standing && marks.isTakenBy(standing, number)) return true;
    if (written.failure) throw written.failure;
    return false;
  }

  /** Removes that very object; false when another stands there, or none. */
  const removeObject = (name: string, { etag }: ObjectHead) => trying(persistence, () => objects.remove(name, etag));

  return {
    async put(id, content, about) {
      const name = nameOf(id);
      const { maxContentBytes } = options;
      const entry = checkedEntry(id, content, about, { nowMs: clock.now(), maxContentBytes });
      const sealed = sealedHandoff(await keys.forSealing(), entry, content);
      const metadata = marks.entry(sealed.about, entry.expiresAt);
      let failure: DroverError | undefined;
      for (let turn = 0; turn < maxPuts; turn += 1) {
        const standing = await head(name);
        const written = await write(name, sealed.content, metadata, standing ? { etag: standing.etag } : "absent");
        if (written.etag !== undefined) return entry;
        failure = written.failure;
        // Proven not to be there: another was faster, so look again.
        if (!written.doubtful) continue;
        // An answer was lost. What stands there now is ours, was ours and is taken, or came after ours: each time it is done.
        // Never is it written a second time: it might have been taken by then.
        const now = await head(name);
        if (now && now.etag !== standing?.etag) return entry;
        break;
      }
      throw failure ?? outrun("put", id);
    },

    async take(id) {
      const name = nameOf(id);
      const found = await trying(persistence, () => objects.get(name));
      if (!found || marks.isMark(found)) return undefined;
      const about = marks.aboutIn(id, found);
      // Opened before the claim: a wrong key must not cost the content.
      const sealing = await keys.forOpening();
      const entry = openedEntry(sealing, id, about);
      if (isOver(entry)) {
        await removeObject(name, found);
        return undefined;
      }
      const content = openedContent(sealing, id, { about, content: found.body });
      if (!(await claim(name, found))) return undefined;
      return isOver(entry) ? undefined : { entry, content };
    },

    async describe(id) {
      const found = await head(nameOf(id));
      if (!found || marks.isMark(found)) return undefined;
      const entry = openedEntry(await keys.forOpening(), id, marks.aboutIn(id, found));
      return isOver(entry) ? undefined : entry;
    },

    async remove(id) {
      const name = nameOf(id);
      for (let turn = 0; turn < maxPuts; turn += 1) {
        const found = await head(name);
        if (!found || marks.isMark(found)) return false;
        if (await claim(name, found)) return true;
      }
      throw outrun("remove", id);
    },

    async expire(nowMs) {
      let expired = 0;
      let cursor: string | undefined;
      for (let page = 0; page < maxPages; page += 1) {
        const { listed, cursor: next } = await trying(persistence, () => objects.list(prefix, cursor));
        await eachOf(listed, lookConcurrency, async ({ name, head: told }) => {
          const found = told ?? (await head(name));
          if (!found || !marks.isGone(found, nowMs)) return;
          if ((await removeObject(name, found)) && !marks.isMark(found)) expired += 1;
        });
        if (next === undefined) break;
        cursor = next;
      }
      return expired;
    },
  };
}
