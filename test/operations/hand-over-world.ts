import { whenFetched, whenReady } from "../../functions/hand-over/pickup.ts";
import { handOverOf } from "../../functions/hand-over/state.ts";
import { RetryableError } from "../../lib/contracts/errors.ts";
import { operationIdOf } from "../../lib/contracts/identifiers.ts";
import { type OperationRecord, operationKey } from "../../lib/contracts/operation.ts";
import { type HandoffStore, inboxQueue, type MessageHandler, type Ports } from "../../lib/contracts/ports.ts";
import type { DeploymentProvider } from "../../lib/contracts/provider.ts";
import { claimHandoff, sayReady } from "../../lib/operations/pickup.ts";
import type { FakeMint } from "../simulation/fake-mint.ts";
import { type KeptHandoff, memoryHandoffs } from "../simulation/memory-handoffs.ts";
import { type Io, World, type WorldOptions } from "../simulation/world.ts";
import { functionsOver } from "./fleet.ts";

/** A provider as those see it who stand beside the device. */
export interface HandOverCloud {
  provider(io: Io, handoffs: HandoffStore): DeploymentProvider;
  standing(): readonly { readonly id: string; readonly status: string }[];
  /** The id of a device of that name which belongs to somebody else. */
  addForeign(name: string): string;
  plugIn(content: string): unknown;
  isCredential(content: string): boolean;
  /** Devices that Drover has made, also those that are gone. */
  made(): number;
  secrets(): readonly string[];
  readonly violations: readonly string[];
}

/** What was given to somebody, and how long it was good for then. */
export interface Served {
  readonly handoff: string;
  readonly by: string;
  readonly leftMs: number;
  readonly content: string;
  /** Whether the answer was still on its way when it was broken off. */
  arrived: boolean;
}

const doorQueue = "test-door";

/** The shipped steps over a provider, with people who say ready, fetch and plug in, on virtual time. */
export class HandOverWorld<Cloud extends HandOverCloud = FakeMint> {
  readonly world: World;
  readonly cloud: Cloud;
  readonly kept = new Map<string, KeptHandoff>();
  readonly served: Served[] = [];
  readonly refusals: string[] = [];
  #storeIsBroken = false;
  /** Of the store. */
  hasRoom = true;

  constructor(options: WorldOptions, cloudOf: (world: World) => Cloud) {
    const world: World = new World({ sweepEveryMs: 30_000, ...options }, (ports, io) => {
      const handoffs = memoryHandoffs(this.kept, world.clock, io);
      const put: typeof handoffs.put = async (...entry) => {
        if (this.#storeIsBroken) throw new RetryableError("the disk is full");
        return handoffs.put(...entry);
      };
      const checkRoom = async () => {
        if (!this.hasRoom) throw new RetryableError("the disk is full", { effect: "none" });
      };
      const { handlers, ...rest } = functionsOver(ports, this.cloud.provider(io, { ...handoffs, put, checkRoom }));
      return { ...rest, handlers: { ...handlers, [doorQueue]: this.#door(ports, io) } };
    });
    this.world = world;
    this.cloud = cloudOf(world);
  }

  /** From now on it keeps nothing. */
  breakStore(): void {
    this.#storeIsBroken = true;
  }

  submit(id: string, data: Record<string, unknown> = {}, device: Record<string, unknown> = {}): void {
    const body = {
      specversion: "1.0",
      id,
      source: "/test",
      type: "drover.aws-panorama.provision",
      data: { connection: "panorama", deadline: "PT2H", device: { Name: "cam-1", ...device }, ...data },
    };
    this.world.store.send(inboxQueue, JSON.stringify(body), this.world.clock.now(), 0);
    this.world.keep();
  }

  /** What an installer asks of the HTTP application, in a process that can crash like any other. */
  ask(what: "ready" | "fetch", by: string, id = "one", inMs = 0): void {
    const body = JSON.stringify({ what, by, operation: operationIdOf("/test", id) });
    this.world.store.send(doorQueue, body, this.world.clock.now(), inMs);
    this.world.keep();
  }

  #door(ports: Ports, io: Io): MessageHandler {
    return async ({ body }) => {
      const { what, by, operation } = JSON.parse(body) as { what: string; by: string; operation: string };
      const installer = { name: by, owns: false };
      try {
        if (what === "ready") {
          await sayReady(ports, operation, (record, now) => whenReady(record, now, installer), { by });
        } else {
          const rule = (record: OperationRecord, now: number) => whenFetched(record, now, installer);
          const { handoff } = await claimHandoff(ports, operation, rule, { by });
          await ports.ledger.durable();
          const taken = await memoryHandoffs(this.kept, this.world.clock, io).take(handoff);
          if (taken) await this.#serve(io, by, handoff, taken);
          else this.refusals.push("gone");
        }
      } catch (error) {
        this.refusals.push(error instanceof Error && "code" in error ? String(error.code) : String(error));
      }
      return { kind: "acknowledge" };
    };
  }

  async #serve(io: Io, by: string, handoff: string, { entry, content }: KeptHandoff): Promise<void> {
    const leftMs = entry.expiresAt - this.world.clock.now();
    const served: Served = { handoff, by, leftMs, content: Buffer.from(content).toString("latin1"), arrived: false };
    this.served.push(served);
    await io("door.stream", () => {
      served.arrived = true;
    });
  }

  row(id = "one"): OperationRecord | undefined {
    const record = this.world.store.peek(operationKey(operationIdOf("/test", id)));
    return record?.kind === "operation" ? record : undefined;
  }

  phase(id = "one"): string | undefined {
    const row = this.row(id);
    return row && handOverOf(row)?.phase;
  }

  rows(): OperationRecord[] {
    return [...this.world.store.rows.keys()].flatMap((key) => {
      const record = this.world.store.peek(key);
      return record?.kind === "operation" ? [record] : [];
    });
  }

  run(done: () => boolean, forMs = 24 * 3_600_000): Promise<boolean> {
    return this.world.run(done, forMs);
  }

  runUntilQuiet(forMs = 48 * 3_600_000): Promise<boolean> {
    const quiet = () => this.rows().every((row) => row.state === "ended" && row.wakeAt === undefined);
    return this.world.run(() => this.world.store.messages.size === 0 && quiet(), forMs);
  }

  /** The archive where nobody may find it: rows, messages, events, logs. */
  leaks(): string[] {
    const { store, logged } = this.world;
    const rows = [...store.rows.keys()].map((key) => store.peek(key));
    const text = JSON.stringify([rows, [...store.messages.values()], store.events, logged, this.refusals]);
    const found = this.cloud.secrets().filter((secret) => text.includes(secret));
    return found.map((secret) => `${secret.slice(0, 24)} stands where it must not`);
  }
}
