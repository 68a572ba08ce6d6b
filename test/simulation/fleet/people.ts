import type { OperationRecord } from "../../../lib/contracts/operation.ts";
import {
  approveOperation,
  cancelOperation,
  redrive,
  resolveOperation,
  setPaused,
} from "../../../lib/operations/commands.ts";
import { type Errand, person } from "./errand.ts";
import { retainMs } from "./host-profile.ts";
import { Installers } from "./installers.ts";
import { KeyPeople } from "./key-people.ts";
import type { PeopleParts } from "./people-parts.ts";
import { ProofMakers } from "./proof-makers.ts";

const minuteMs = 60_000;
/** Somebody who asked and heard nothing asks again after this time. */
const patienceMs = 15 * minuteMs;

/** Those who approve, resolve, redrive, stand at devices and plug in; they see what everybody sees, and take their time. */
export class People {
  readonly #parts: PeopleParts;
  readonly installers: Installers;
  readonly #keyPeople: KeyPeople;
  readonly #proofMakers: ProofMakers;
  readonly #busy = new Set<string>();
  readonly counts = new Map<string, number>();

  constructor(parts: PeopleParts) {
    this.#parts = parts;
    this.installers = new Installers(parts);
    this.#keyPeople = new KeyPeople(parts);
    this.#proofMakers = new ProofMakers(parts);
  }

  /** A row was written: is there something for a person to do? */
  notice(row: OperationRecord): void {
    const errand = this.#errandFor(row);
    if (!errand || this.#busy.has(errand.key)) return;
    this.#busy.add(errand.key);
    const { timeline, rowOf } = this.#parts;
    timeline.after(errand.afterMs, () => {
      this.counts.set(errand.step, (this.counts.get(errand.step) ?? 0) + 1);
      this.#send(errand);
      const { againAfterMs } = errand;
      if (againAfterMs !== undefined) timeline.after(againAfterMs, () => this.#send(errand));
      timeline.after(patienceMs, () => {
        this.#busy.delete(errand.key);
        const now = rowOf(row.id);
        if (now) this.notice(now);
      });
    });
  }

  #send({ step, run }: Errand): void {
    this.#parts.host.run("door", `door ${step}`, async (functions) => {
      // What is refused to people by now is no defect: somebody was faster.
      await run(functions).catch(() => undefined);
    });
  }

  cancel(operation: string): void {
    this.#parts.host.run("door", "door cancel", (functions) =>
      cancelOperation(functions.ports, operation, person).catch(() => undefined),
    );
  }

  pause(connection: string, forMs: number): void {
    const say = (paused: boolean) =>
      this.#parts.host.run("door", paused ? "door pause" : "door resume", (functions) =>
        setPaused(functions.ports, connection, paused, person).catch(() => undefined),
      );
    say(true);
    this.#parts.timeline.after(forMs, () => say(false));
  }

  /** Whatever may have got lost of it: nothing stays paused. */
  resumeAll(connections: readonly string[]): void {
    for (const connection of connections) {
      this.#parts.host.run("door", "door resume", (functions) =>
        setPaused(functions.ports, connection, false, person).catch(() => undefined),
      );
    }
  }

  #within(ms: number): number {
    return 5_000 + this.#parts.random.below(ms);
  }

  #errandFor(row: OperationRecord): Errand | undefined {
    const { id } = row;
    const errand = (what: string, afterMs: number, run: Errand["run"], more = ""): Errand => ({
      ...{ key: `${id}/${what}/${more}`, step: what, afterMs, run },
    });
    if (row.outcome === "unknown" && !row.resolution) {
      const as = (["not-done", "failed", "succeeded"] as const)[this.#parts.random.below(3)] ?? "not-done";
      return errand("resolve", this.#within(60 * minuteMs), ({ ports }) =>
        resolveOperation(ports, id, as, person, retainMs),
      );
    }
    if (row.state === "ended") return undefined;
    if (row.approval && row.approval.by === undefined) {
      return errand("approve", this.#within(30 * minuteMs), ({ ports }) => approveOperation(ports, id, person));
    }
    if (row.parked) {
      const { deadLetter } = row.parked;
      return errand(
        "redrive",
        this.#within(60 * minuteMs),
        ({ ports }) => redrive(ports, deadLetter, person),
        deadLetter,
      );
    }
    return this.installers.errandFor(row) ?? this.#keyPeople.errandFor(row) ?? this.#proofMakers.errandFor(row);
  }
}
