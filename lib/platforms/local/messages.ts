import type { DatabaseSync, StatementSync } from "node:sqlite";
import { InvalidInputError } from "../../contracts/errors.ts";
import type { OutgoingMessage } from "../../contracts/ports.ts";
import { checkDelay } from "../carried-body.ts";
import type { Turn } from "./message-heap.ts";
import { type Message, newMessage } from "./message-lane.ts";

export const maxDelayMs = 28 * 24 * 3_600_000;
/** Above the largest dead letter, which carries another message with every character of it escaped. */
const maxBodyLength = 512 * 1024;

/** @throws InvalidInputError */
export function checkMessage(message: OutgoingMessage): void {
  checkDelay(message, maxDelayMs);
  const { queue, body } = message;
  if (body.length <= maxBodyLength) return;
  throw new InvalidInputError(
    `Expected a message of at most ${maxBodyLength} characters for ${queue}, got ${body.length}: send a reference instead`,
    { code: "too-large" },
  );
}

/** What is asked of the `messages` table. */
export class Messages {
  readonly #soonest: StatementSync;
  readonly #from: StatementSync;

  constructor(database: DatabaseSync) {
    this.#soonest = database.prepare(
      "SELECT queue, min(ready_at) AS ready_at, count(*) AS count FROM messages GROUP BY queue",
    );
    this.#from = database.prepare(
      `SELECT id, ready_at, sent_at, receives, body FROM messages
       WHERE queue = ? AND (ready_at, id) >= (?, ?) ORDER BY ready_at, id LIMIT ?`,
    );
  }

  /** Each queue that has messages, where they begin, and how many there are. */
  queues(): { readonly queue: string; readonly from: Turn; readonly count: number }[] {
    return this.#soonest.all().map((row) => ({
      queue: String(row["queue"]),
      from: { readyAt: Number(row["ready_at"]), id: 0 },
      count: Number(row["count"]),
    }));
  }

  /** Messages of the queue from `place` on, soonest first. */
  from(queue: string, { readyAt, id }: Turn, limit: number): Message[] {
    return this.#from.all(queue, readyAt, id, limit).map((row) =>
      newMessage({
        id: Number(row["id"]),
        queue,
        body: String(row["body"]),
        sentAt: Number(row["sent_at"]),
        readyAt: Number(row["ready_at"]),
        receives: Number(row["receives"]),
        onDisk: true,
      }),
    );
  }
}
