import type { OperationRecord } from "../../lib/contracts/operation.ts";
import type { Delivery, Ports, Settlement } from "../../lib/contracts/ports.ts";
import type { DeploymentProvider } from "../../lib/contracts/provider.ts";
import type { FakeBehaviour } from "../simulation/fake-cloud.ts";
import type { Functions, Io } from "../simulation/world.ts";
import { Fleet, functionsOver, group, requestBody } from "./fleet.ts";

/** A fleet whose messages are delivered one by one, in the order that a test wants to show. */
export class ByHand extends Fleet {
  readonly ports: Ports;
  #gates = new Map<string, { reached: () => void; readonly opened: Promise<void> }>();

  constructor(behaviour: Partial<FakeBehaviour> = {}) {
    super({ mode: "cloud" }, behaviour);
    this.ports = this.world.outside;
  }

  /** Functions of a process of their own, over ports that a test may have wrapped. */
  process(ports: Ports = this.ports, provider: DeploymentProvider = this.cloud.provider(this.io)): Functions {
    return functionsOver(ports, provider);
  }

  readonly io: Io = async (label, apply) => {
    const value = await apply();
    const gate = this.#gates.get(label);
    if (gate) {
      this.#gates.delete(label);
      gate.reached();
      await gate.opened;
    }
    return value;
  };

  /** Holds the next call of that name back after it was applied, until `open` is called. */
  gate(label: string): { readonly reached: Promise<void>; readonly open: () => void } {
    let open = () => {};
    let reached = () => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    const arrived = new Promise<void>((resolve) => {
      reached = resolve;
    });
    this.#gates.set(label, { reached, opened });
    return { reached: arrived, open };
  }

  /** The next message of that queue, whatever its delay. It stays in the queue until it is settled. */
  next(queue: string): Delivery {
    const message = [...this.world.store.messages.values()]
      .filter((one) => one.queue === queue)
      .sort((a, b) => a.visibleAt - b.visibleAt)[0];
    if (!message) throw new Error(`Expected a message on ${queue}, got none`);
    message.receives += 1;
    return { ...message };
  }

  count(queue: string): number {
    return [...this.world.store.messages.values()].filter((one) => one.queue === queue).length;
  }

  async handle(delivery: Delivery, functions: Functions = this.process(), remainingMs = 120_000): Promise<Settlement> {
    const handler = functions.handlers[delivery.queue];
    if (!handler) throw new Error(`Expected a function behind ${delivery.queue}`);
    const settlement = await handler(delivery, {
      signal: new AbortController().signal,
      remainingMs: () => remainingMs,
    });
    if (settlement.kind === "acknowledge") this.world.store.messages.delete(delivery.id);
    return settlement;
  }

  /** Delivers the next message of that queue and settles it. */
  async step(queue: string): Promise<Delivery> {
    const delivery = this.next(queue);
    await this.handle(delivery);
    return delivery;
  }

  sweep(): Promise<unknown> {
    return this.process().sweep();
  }

  pass(ms: number): void {
    this.world.clock.advance(ms);
  }
}

/** Ports on which one kind of call never gets through: the process died there. */
export function dyingAt(ports: Ports, where: "publish" | "send"): Ports {
  const dies = () => new Promise<never>(() => {});
  return where === "publish"
    ? { ...ports, bus: { publish: dies } }
    : { ...ports, queue: { maxDelayMs: ports.queue.maxDelayMs, send: dies } };
}

/** Starts work that will never end, and lets it get as far as it can. */
export async function abandon(work: Promise<unknown>): Promise<void> {
  void work;
  for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

export const resource = `group:${group}`;
export const person = { by: "ops" };

/** The row as the store has it, which a test knows to be there. */
export function rowOf(fleet: ByHand, requestId = "r1"): OperationRecord {
  const row = fleet.row(requestId);
  if (!row) throw new Error(`Expected a row of ${requestId}`);
  return row;
}

export async function started(fleet: ByHand, requestId = "r1"): Promise<void> {
  fleet.submit(requestBody(requestId));
  await fleet.step("inbox");
  await fleet.step("start-deployment");
}
