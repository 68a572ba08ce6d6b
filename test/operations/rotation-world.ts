import { createStagedKeys } from "../../functions/rotate-dps-keys/staged-keys.ts";
import { operationIdOf } from "../../lib/contracts/identifiers.ts";
import { type OperationRecord, operationKey } from "../../lib/contracts/operation.ts";
import { inboxQueue, type Vault } from "../../lib/contracts/ports.ts";
import type { Secret } from "../../lib/contracts/secret.ts";
import { createPromises } from "../../lib/operations/promises.ts";
import { FakeKeyService, type KeyBehaviour } from "../simulation/fake-keys.ts";
import { memoryVault } from "../simulation/memory-vault.ts";
import { World, type WorldOptions } from "../simulation/world.ts";
import { functionsOver } from "./fleet.ts";

/** What consumers do: they read what is published this often, and sign tokens of this life. */
export const readIntervalMs = 60_000;
export const tokenLifeMs = 240_000;
const skewMs = 30_000;
export const graceMs = readIntervalMs + tokenLifeMs + skewMs;

/** The shipped rotation over a model of a service, its targets and a vault, on virtual time. */
export class RotationWorld {
  readonly world: World;
  readonly service: FakeKeyService;
  readonly staged = new Map<string, Secret>();

  constructor(options: WorldOptions, behaviour: Partial<KeyBehaviour> = {}) {
    const world: World = new World({ sweepEveryMs: 30_000, ...options }, (ports, io) => {
      const staged = createStagedKeys(memoryVault(this.staged, io), ports.randomness);
      return functionsOver(ports, this.service.provider(io, { staged, promises: createPromises(ports) }));
    });
    this.world = world;
    this.service = new FakeKeyService(world.clock, behaviour);
    for (const target of ["kv", "sm"]) this.service.publishFirst(target, this.service.keys.primary);
  }

  /** As somebody sees it who never crashes. */
  get vault(): Vault {
    return memoryVault(this.staged);
  }

  submit(id: string, data: Record<string, unknown> = {}): void {
    const body = {
      specversion: "1.0",
      id,
      source: "/test",
      type: "drover.azure-dps.rotate-policy-key",
      data: {
        connection: "dps",
        resourceGroup: "fleet",
        service: "dps-eu",
        policy: "owner",
        grace: `PT${graceMs / 1000}S`,
        consumers: { readInterval: "PT60S", tokenLife: "PT240S", clockSkew: "PT30S" },
        publish: [
          { target: "kv", secret: "dps-owner" },
          { target: "sm", secret: "dps-owner" },
        ],
        ...data,
      },
    };
    this.world.store.send(inboxQueue, JSON.stringify(body), this.world.clock.now(), 0);
    this.world.keep();
  }

  row(id: string): OperationRecord | undefined {
    const record = this.world.store.peek(operationKey(operationIdOf("/test", id)));
    return record?.kind === "operation" ? record : undefined;
  }

  rows(): OperationRecord[] {
    return [...this.world.store.rows.keys()].flatMap((key) => {
      const record = this.world.store.peek(key);
      return record?.kind === "operation" ? [record] : [];
    });
  }

  runUntilQuiet(forMs = 24 * 3_600_000): Promise<boolean> {
    const quiet = () => this.rows().every((row) => row.state === "ended" && row.wakeAt === undefined);
    return this.world.run(() => this.world.store.messages.size === 0 && quiet(), forMs);
  }

  /**
   * What consumers of each target would have met with: whoever reads at any moment uses what is published then until he reads again,
   * and tokens that he signed live on. Every key has to be good for all that time.
   */
  refusedConsumers(): string[] {
    const until = this.world.clock.now();
    return [...this.service.published].flatMap(([name, versions]) =>
      versions.flatMap(({ at, value }, index) => {
        const { shownAfterMs } = this.service.behaviour;
        // Until a target shows the next one, its consumers go on reading this one.
        const goneAt = (versions[index + 1]?.at ?? until) + shownAfterMs;
        const usedUntil = Math.min(until, goneAt + readIntervalMs + tokenLifeMs);
        const from = Math.max(at, this.service.history[0]?.at ?? 0);
        return this.#badWithin(value, from, usedUntil).map(
          (when) => `${name}: ${value.slice(0, 12)} is dead at ${when}`,
        );
      }),
    );
  }

  #badWithin(value: string, from: number, until: number): string[] {
    const { history } = this.service;
    return history.flatMap(({ at, keys }, index) => {
      const endsAt = history[index + 1]?.at ?? Number.POSITIVE_INFINITY;
      const good = keys.primary === value || keys.secondary === value;
      if (good || endsAt <= from || at >= until) return [];
      return [`${(Math.max(at, from) - (history[0]?.at ?? 0)) / 1000} s`];
    });
  }
}
