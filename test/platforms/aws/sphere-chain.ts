import {
  type AzureSphereEmulator,
  createAzureSphereEmulator,
  demoIds,
  demoScenario,
} from "../../../emulators/azure-sphere/index.ts";
import { inboxQueue, type Ledger, type MessageHandler, type Ports } from "../../../lib/contracts/ports.ts";
import { Secret } from "../../../lib/contracts/secret.ts";
import { createAzureSphereProvider } from "../../../lib/providers/azure-sphere/index.ts";
import { functionsOver, requestBody } from "../../operations/fleet.ts";
import { type HeldMessage, MemoryStore } from "../../simulation/memory-store.ts";
import { SeededRandomness, type VirtualClock } from "../../simulation/virtual-clock.ts";
import { silentLog } from "../local/manual-time.ts";

const endpoint = "https://sphere.example";

export interface ChainOptions {
  readonly clock: VirtualClock;
  readonly ledger: Ledger;
  /** How long the provider's operation goes on, which decides how often it is polled. */
  readonly operationMs: number;
}

/**
 * Deployments to Azure Sphere, from the inbox to their end: shipped steps and client, queue and bus in memory, and any ledger, which may
 * take real time. One message at a time; time passes when nothing is left to do.
 */
export class SphereChain {
  /** Only its messages and events are used. */
  readonly store = new MemoryStore();
  readonly #clock: VirtualClock;
  readonly #functions: ReturnType<typeof functionsOver>;
  readonly #sweepEveryMs = 60_000;
  #nextSweepAt: number;
  readonly #emulator: AzureSphereEmulator;
  deliveries = 0;

  constructor({ clock, ledger, operationMs }: ChainOptions) {
    this.#clock = clock;
    this.#nextSweepAt = clock.now() + this.#sweepEveryMs;
    const randomness = new SeededRandomness(7);
    this.#emulator = createAzureSphereEmulator({
      now: () => clock.now(),
      delay: async (ms) => clock.advance(ms),
      newId: () => randomness.uuid(),
      scenario: { ...demoScenario(), outcomes: [{ result: "complete", inProgressMs: operationMs }], faults: [] },
    });
    const { store } = this;
    const ports: Ports = {
      clock,
      randomness,
      ledger,
      log: silentLog,
      queue: {
        // As SQS carries it.
        maxDelayMs: 900_000,
        async send(messages) {
          for (const { queue, body, delayMs } of messages) store.send(queue, body, clock.now(), delayMs ?? 0);
        },
      },
      bus: { publish: async (events) => void store.events.push(...events) },
    };
    const provider = createAzureSphereProvider({
      name: "sphere",
      connection: {
        kind: "azure-sphere",
        api: "legacy-v2",
        endpoint,
        sphereTenantId: demoIds.tenantId,
        credential: {
          kind: "client-secret",
          directoryId: demoIds.directoryId,
          clientId: demoIds.clientId,
          secret: "env:SPHERE",
          authority: endpoint,
        },
      },
      secret: async () => new Secret(demoIds.clientSecret),
      clock,
      startTimer: () => () => {},
      fetch: (request) => this.#emulator.fetch(request),
    });
    this.#functions = functionsOver(ports, provider);
  }

  submit(id: string): void {
    const target = { deviceGroupId: demoIds.groups.happy, images: [demoIds.images.app] };
    this.store.send(inboxQueue, requestBody(id, target), this.#clock.now(), 0);
  }

  sweep(): Promise<unknown> {
    return this.#functions.sweep();
  }

  /** Until no message is left, or the time is over. */
  async run(forMs = 4 * 3_600_000): Promise<void> {
    const endAt = this.#clock.now() + forMs;
    while (this.store.messages.size > 0 && this.#clock.now() < endAt) {
      const messages = [...this.store.messages.values()].sort((a, b) => a.visibleAt - b.visibleAt);
      const [next] = messages;
      if (!next) return;
      if (next.visibleAt <= this.#clock.now()) await this.#deliver(next);
      else if (this.#nextSweepAt <= this.#clock.now()) {
        this.#nextSweepAt += this.#sweepEveryMs;
        // The timer comes again.
        await this.sweep().catch(() => undefined);
      } else this.#clock.advance(Math.min(next.visibleAt, this.#nextSweepAt) - this.#clock.now());
    }
  }

  /** How often a deployment was asked for. */
  get deployments(): number {
    return this.#emulator.requests().filter(({ method, path }) => method === "POST" && path.endsWith("/deployments"))
      .length;
  }

  async #deliver(message: HeldMessage): Promise<void> {
    this.deliveries += 1;
    message.receives += 1;
    const handlers: Readonly<Record<string, MessageHandler>> = this.#functions.handlers;
    const handler = handlers[message.queue];
    if (!handler) throw new Error(`Expected a function behind queue ${message.queue}`);
    const context = { signal: new AbortController().signal, remainingMs: () => 120_000 };
    const settlement = await handler({ ...message }, context).catch(
      (error: unknown) => ({ kind: "release", delayMs: 1_000, cause: String(error) }) as const,
    );
    if (settlement.kind === "release" && message.receives < 5)
      message.visibleAt = this.#clock.now() + settlement.delayMs;
    else this.store.messages.delete(message.id);
  }
}
