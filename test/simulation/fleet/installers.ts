import { whenFetched, whenReady } from "../../../functions/hand-over/pickup.ts";
import { handOverOf } from "../../../functions/hand-over/state.ts";
import { takenFrom } from "../../../functions/receive-webhook/handed-over/give.ts";
import type { OperationRecord } from "../../../lib/contracts/operation.ts";
import { claimHandoff, sayReady } from "../../../lib/operations/pickup.ts";
import { type Errand, person } from "./errand.ts";
import type { Functions } from "./functions.ts";
import type { PeopleParts } from "./people-parts.ts";

const minuteMs = 60_000;
const installer = { name: "installer", owns: true };
/** Times that somebody comes for one operation. */
const mostVisits = 4;
/** Between two who come for the same. */
const apartMs = 1;

/** Those who stand at devices, fetch what is minted for them and plug it in. */
export class Installers {
  readonly #parts: PeopleParts;
  readonly #served = new Map<string, number>();

  constructor(parts: PeopleParts) {
    this.#parts = parts;
  }

  errandFor(row: OperationRecord): Errand | undefined {
    if (!/^drover\.aws-/.test(row.request.type)) return undefined;
    const { random, installersInFour } = this.#parts;
    const { id } = row;
    const visits = row.pickup?.ready?.count ?? 0;
    if (row.waitingFor?.code === "ready-to-mint" || handOverOf(row)?.phase === "awaiting") {
      const comes = random.below(4) < installersInFour;
      if (!comes || visits >= mostVisits) return undefined;
      const isReady = (record: OperationRecord, now: number) => whenReady(record, now, installer);
      return {
        ...{ key: `${id}/ready/${visits}`, step: "ready", afterMs: this.#within(40 * minuteMs) },
        run: ({ ports }) => sayReady(ports, id, isReady, person),
      };
    }
    const state = handOverOf(row);
    if (state?.phase !== "offered" || !state.offer || installersInFour === 0) return undefined;
    return {
      ...{ key: `${id}/fetch/${state.offer.id}`, step: "fetch", afterMs: this.#within(6 * minuteMs) },
      run: (functions) => this.#fetch(functions, id),
      ...(this.#parts.comeInPairs ? { againAfterMs: apartMs } : {}),
    };
  }

  #within(ms: number): number {
    return 5_000 + this.#parts.random.below(ms);
  }

  /** As the HTTP application does it: written first, durable, then taken, then served. */
  async #fetch({ ports, handoffs }: Functions, id: string): Promise<void> {
    const rule = (record: OperationRecord, now: number) => whenFetched(record, now, installer);
    const { handoff } = await claimHandoff(ports, id, rule, { by: installer.name });
    await ports.ledger.durable();
    const taken = await takenFrom({ handoffs, ports }, handoff, id);
    if (!taken) return;
    this.serve(handoff);
    const archive = Buffer.from(taken.content);
    const { timeline, clouds, random, plugInAfterMs } = this.#parts;
    const afterMs = plugInAfterMs ?? 5_000 + random.below(200_000);
    timeline.after(afterMs, () => void clouds.panorama.appliance.plugIn({ archive }));
  }

  /** Something was given to somebody, which happens once. */
  serve(handoff: string): void {
    const { report } = this.#parts;
    const times = (this.#served.get(handoff) ?? 0) + 1;
    this.#served.set(handoff, times);
    if (times > 1) report("served-once", `${handoff.slice(0, 12)} was served ${times} times`);
  }

  /** A store let something out of its hands: what is dead by then is given to nobody, however long the answer is under way. */
  letOut({ id, expiresAt }: { readonly id: string; readonly expiresAt: number }): void {
    const { report, wallNow, clocksBehindMs } = this.#parts;
    if (wallNow() >= expiresAt + clocksBehindMs + 60_000)
      report("served-once", `${id.slice(0, 12)} was given out after its end`);
  }
}
