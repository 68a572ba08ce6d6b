import { setTimeout as sleep } from "node:timers/promises";
import { sha256Hex } from "../../lib/contracts/identifiers.ts";
import type { HttpClient } from "./client.ts";
import type { Clouds } from "./clouds.ts";
import type { Work } from "./fleet.ts";

const lookEveryMs = 200;
/** Who waits in vain says once more that he stands ready. */
const sayAgainMs = 2_000;

/** Stands at the devices, and sometimes thinks better of it: says ready, fetches once, plugs in; or cancels. */
export class Installer {
  readonly #client: HttpClient;
  readonly #clouds: Clouds;
  /** Hashes of what was handed over: never the same twice. */
  readonly #taken = new Set<string>();
  /** Operations whose fetch got no answer, with the time of the next word. */
  readonly #lost = new Map<string, number>();
  readonly wrong: string[] = [];
  fetched = 0;
  lostFetches = 0;
  readonly #under: Promise<void>[] = [];

  constructor(client: HttpClient, clouds: Clouds) {
    this.#client = client;
    this.#clouds = clouds;
  }

  /** Begins with what somebody has to come for. */
  comes(work: Work, random: () => number): void {
    if (work.kind.endsWith("-cancelled")) this.#begin(this.#cancel(work, random() * 1_500));
    else if (work.kind === "panorama" || work.kind === "iot") this.#begin(this.#take(work));
  }

  #begin(task: Promise<void>): void {
    // Handled where it is awaited; a run that breaks off awaits nothing.
    task.catch(() => undefined);
    this.#under.push(task);
  }

  async done(): Promise<void> {
    await Promise.all(this.#under);
  }

  async #cancel({ id, kind }: Work, waitMs: number): Promise<void> {
    await sleep(waitMs);
    const { status, bytes } = await this.#client.until("POST", `/operations/${id}/actions/cancel`, "{}");
    // One that has ended already says so.
    if (status !== 202 && status !== 200 && status !== 409)
      this.wrong.push(`cancelling ${kind} ${id}: ${status} ${bytes}`);
  }

  async #take(work: Work): Promise<void> {
    for (;;) {
      await sleep(lookEveryMs);
      const answer = await this.#client.until("GET", `/handoffs/${work.id}`);
      const { phase, fetched, next } = answer.json();
      if (phase === "ended") return;
      if (phase === "offered" && fetched === undefined) await this.#fetch(work);
      // Given out, and the answer lost on the way: only another one helps.
      else if (this.#isLost(work) || String(next).startsWith("drover handoff ready")) await this.#ready(work);
    }
  }

  async #ready({ id }: Work): Promise<void> {
    await this.#client.until("POST", `/operations/${id}/actions/ready`, "{}");
    if (this.#lost.has(id)) this.#lost.set(id, performance.now() + sayAgainMs);
  }

  #isLost({ id }: Work): boolean {
    return performance.now() >= (this.#lost.get(id) ?? Number.POSITIVE_INFINITY);
  }

  /** Never sent again: whoever lost the answer says ready once more. */
  async #fetch({ id, kind, subjects }: Work): Promise<void> {
    const answer = await this.#client.once("POST", `/handoffs/${id}/fetch`);
    if (answer?.status !== 200) {
      if (!answer) this.lostFetches += 1;
      this.#lost.set(id, 0);
      return;
    }
    this.#lost.delete(id);
    this.fetched += 1;
    const hash = sha256Hex(answer.bytes);
    if (this.#taken.has(hash)) this.wrong.push(`${kind} ${id} was handed over twice`);
    this.#taken.add(hash);
    if (kind !== "panorama") return;
    const stick = { archive: answer.bytes, fileName: `certificates-omni_${subjects[0]}.zip` };
    const plugged = this.#clouds.panorama.appliance.plugIn(stick);
    if (!plugged.accepted) this.wrong.push(`${kind} ${id}: the appliance refused the archive: ${plugged.reason}`);
  }
}
