import type { DroverEvent } from "../../../lib/contracts/event.ts";
import { deadLetterKey, type LedgerRecord } from "../../../lib/contracts/operation.ts";
import type { Boundary, IoPlan } from "../fleet/faults.ts";
import type { Work } from "../fleet/io.ts";
import type { QueuedMessage } from "../fleet/store.ts";
import { addTo } from "../fleet/tally.ts";
import type { Watcher } from "../fleet/watcher.ts";
import type { FleetWorld } from "../fleet/world.ts";
import { AwsBill } from "./aws-bill.ts";
import { AzureBill } from "./azure-bill.ts";
import type { Bill } from "./bill.ts";
import { Fates } from "./fates.ts";

const terminal = /\.(succeeded|partially-succeeded|failed|cancelled|timed-out|unknown)$/;
const pollStep = "poll-operation";
const providerCall = /provider\.(\S+) /;

/** Polls of one operation. */
export interface Polls {
  count: number;
  lastAtMs: number;
  /** Between the last two of them. */
  gapMs: number;
}

/** Counts what happens in a world while it happens. */
export class Meter implements Watcher {
  readonly fates = new Fates();
  readonly polls = new Map<string, Polls>();
  /** When the event of an end was published first (virtual time). */
  readonly toldAtMs = new Map<string, number>();
  readonly events = new Map<string, number>();
  /** Calls to each provider, by the name of its emulator. */
  readonly calls = new Map<string, number>();
  readonly deadLetters = new Map<string, string>();
  ios = 0;
  invocations = 0;
  messages = 0;
  /** Writes, messages, events, acknowledgements and requests that invariants looked at. */
  looks = 0;
  bill: Bill | undefined;
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** One machine has no bill that is counted. */
  bills({ plan, wallNow }: FleetWorld): void {
    if (plan.platform === "aws") this.bill = new AwsBill(this.#nowMs, wallNow);
    if (plan.platform === "azure") this.bill = new AzureBill(this.#nowMs);
  }

  io({ key, port }: Boundary, { fault }: IoPlan, work: Work | undefined): void {
    this.ios += 1;
    if (fault !== undefined) this.fates.struck(`host: ${fault}`, work?.operation);
    this.bill?.io(port, key);
    if (port !== "provider") return;
    this.looks += 1;
    addTo(this.calls, providerCall.exec(key)?.[1] ?? "elsewhere", 1);
  }

  written(key: string, before: LedgerRecord | undefined, after: LedgerRecord | undefined): void {
    this.looks += 1;
    this.bill?.written(key, before, after);
    if (after?.kind === "dead-letter") this.deadLetters.set(deadLetterKey(after.id), after.verdict);
  }

  published({ type, subject }: DroverEvent): void {
    this.looks += 1;
    addTo(this.events, type, 1);
    this.bill?.published();
    if (terminal.test(type) && !this.toldAtMs.has(subject)) this.toldAtMs.set(subject, this.#nowMs());
  }

  queued(_message: QueuedMessage): void {
    this.looks += 1;
    this.bill?.queued();
  }

  invoked(_queue: string, messages: number, process: string): () => void {
    this.invocations += 1;
    this.messages += messages;
    return this.bill?.invoked(messages, process) ?? (() => undefined);
  }

  acknowledged({ step, operation }: Work): void {
    this.looks += 1;
    if (step !== pollStep || operation === undefined) return;
    const now = this.#nowMs();
    const before = this.polls.get(operation);
    const gapMs = before === undefined ? 0 : now - before.lastAtMs;
    this.polls.set(operation, { count: (before?.count ?? 0) + 1, lastAtMs: now, gapMs });
  }
}
