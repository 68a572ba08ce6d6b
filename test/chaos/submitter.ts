import { setTimeout as sleep } from "node:timers/promises";
import type { HttpClient } from "./client.ts";
import type { Work } from "./fleet.ts";

const atOnce = 12;
const lookEveryMs = 50;
/** Share of requests that are sent again although they were answered. */
const repeated = 0.1;

export interface SubmitOptions {
  readonly client: HttpClient;
  readonly work: readonly Work[];
  readonly random: () => number;
  /** Requests a second, at most. */
  readonly perSecond: number;
  /** How many may have been sent by now. */
  readonly allowed: () => number;
  readonly submitted: (work: Work) => void;
}

/** Sends every request until it is answered, and some once more. What was answered 2xx is a promise. */
export async function submitAll(
  options: SubmitOptions,
): Promise<{ readonly repeats: number; readonly wrong: string[] }> {
  const { client, work, random, perSecond, allowed, submitted } = options;
  const left = [...work];
  const wrong: string[] = [];
  let repeats = 0;
  const startedMs = performance.now();
  let sent = 0;
  async function send(one: Work, again: boolean): Promise<void> {
    const answer = await client.until("POST", "/requests", one.body);
    const { operation } = answer.status < 300 ? answer.json() : {};
    if (operation !== one.id) wrong.push(`${one.kind} ${one.id} was answered ${answer.status} ${answer.bytes}`);
    if (again && answer.status !== 200)
      wrong.push(`${one.kind} ${one.id} was answered ${answer.status} when it came again`);
  }
  async function take(): Promise<void> {
    for (let one = left.pop(); one; one = left.pop()) {
      sent += 1;
      const number = sent;
      const dueMs = (number / perSecond) * 1_000 - (performance.now() - startedMs);
      if (dueMs > 0) await sleep(dueMs);
      while (number > allowed()) await sleep(lookEveryMs);
      await send(one, false);
      submitted(one);
      if (random() >= repeated) continue;
      repeats += 1;
      await send(one, true);
    }
  }
  await Promise.all(Array.from({ length: atOnce }, take));
  return { repeats, wrong };
}
