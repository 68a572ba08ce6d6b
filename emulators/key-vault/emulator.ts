import { randomUUID } from "node:crypto";
import { type Check, list, oneOf, optional, record, strings, text, variants } from "../check.ts";
import type { Delay } from "../connection.ts";
import { createEntraDirectory, type EntraDirectory } from "../entra/directory.ts";
import { titleOf } from "../exchange/answer.ts";
import { createExchange, type ExchangeFaultOf, type OnCall } from "../exchange/exchange.ts";
import { type CallTarget, type ExchangeFault, exchangeFaults } from "../exchange/fault-script.ts";
import type { RecordedExchange } from "../exchange/recording.ts";
import type { LoggedRequest } from "../request-log.ts";
import type { Switch } from "../switch.ts";
import { Timeline } from "../timeline.ts";
import { vaultError } from "./answers.ts";
import { routeVault, vaultAddress, vaultOperation } from "./router.ts";
import {
  defaultVaultSettings,
  type Permission,
  type SecretVersion,
  type VaultEffect,
  type VaultSecret,
  type VaultSettings,
  type VaultWorld,
} from "./world.ts";

export interface KeyVaultScenario {
  readonly vaults?: readonly VaultSeed[];
  readonly faults?: readonly ExchangeFault[];
}

export interface VaultSeed {
  readonly name: string;
  /** Absent: everybody may do everything. */
  readonly access?: readonly { readonly objectId: string; readonly permissions: readonly Permission[] }[];
  /** Names and values. */
  readonly secrets?: Readonly<Record<string, string>>;
}

export interface KeyVaultOptions {
  readonly now: () => number;
  readonly delay?: Delay;
  readonly newId?: () => string;
  readonly seed?: number;
  readonly logLimit?: number;
  readonly record?: boolean;
  readonly onCall?: OnCall;
  readonly entra?: EntraDirectory;
  readonly scenario?: KeyVaultScenario | undefined;
}

export type VaultFault = ExchangeFaultOf<CallTarget & { readonly kind: never }>;

export interface KeyVaultEmulator {
  /** Answers as vaults and Entra would. */
  fetch(request: Request): Promise<Response>;
  readonly entra: EntraDirectory;
  seedVault(seed: VaultSeed): void;
  /** In order of creation; deleted secrets too. */
  versions(vault: string, name: string): readonly SecretVersion[];
  /** The value of the current version, or null. */
  current(vault: string, name: string): string | null;
  effects(): readonly VaultEffect[];
  configure(settings: Partial<VaultSettings>): void;
  addFault(fault: VaultFault): Switch;
  clearFaults(): void;
  requests(): readonly LoggedRequest[];
  callCounts(): Readonly<Record<string, number>>;
  recorded(): readonly RecordedExchange[];
}

const permission = oneOf("get", "list", "set", "delete", "recover", "purge");
const access = record<NonNullable<VaultSeed["access"]>[number]>({ objectId: text, permissions: list(permission) });
const vaultSeed = record<VaultSeed>({ name: text, access: optional(list(access)), secrets: optional(strings) });
const scenarioCheck: Check<KeyVaultScenario> = record<KeyVaultScenario>({
  vaults: optional(list(vaultSeed)),
  faults: optional(list(variants<ExchangeFault>(exchangeFaults))),
});

export function isVaultRequest({ url, headers }: Request): boolean {
  return vaultAddress({ url: new URL(url), headers }) !== null;
}

/** @throws Error with one sentence when the scenario is wrong */
export function createKeyVaultEmulator(options: KeyVaultOptions): KeyVaultEmulator {
  const { newId = randomUUID, scenario } = options;
  const world: VaultWorld = {
    settings: defaultVaultSettings,
    newId,
    timeline: new Timeline(options.now),
    entra: options.entra ?? createEntraDirectory(newId),
    vaults: new Map(),
    effects: [],
  };
  const exchange = createExchange<CallTarget & { readonly kind: never }>(
    {
      timeline: world.timeline,
      nameOf: (call) => world.entra.operationOf(call) ?? vaultOperation(call),
      admit: (call) => {
        if (world.entra.operationOf(call) === null) return routeVault(world, call);
        return { carryOut: (atMs) => world.entra.answer({ ...call, atMs }) };
      },
      refusal: (_call, status, code) => {
        const usual = status === 429 ? "Throttled" : titleOf(status).replaceAll(" ", "");
        const headers = status === 429 ? { "retry-after": String(world.settings.retryAfterSeconds) } : {};
        return vaultError(status, code ?? usual, "A scripted answer.", undefined, headers);
      },
      finish: (_call, answer) => answer,
      shown: (url) => url,
      sufferOwn: (fault) => fault,
    },
    options,
  );
  const secretOf = (vault: string, name: string) => {
    world.timeline.now();
    return world.vaults.get(vault.toLowerCase())?.secrets.get(name.toLowerCase());
  };
  const emulator: KeyVaultEmulator = {
    fetch: (request) => exchange.fetch(request),
    entra: world.entra,
    seedVault: (seed) => seedVault(world, seed),
    versions: (vault, name) => [...(secretOf(vault, name)?.versions ?? [])],
    current: (vault, name) => {
      const secret = secretOf(vault, name);
      return secret === undefined || secret.deletedAtMs !== null ? null : (secret.versions.at(-1)?.value ?? null);
    },
    effects: () => {
      world.timeline.now();
      return [...world.effects];
    },
    configure: (settings) => {
      world.settings = { ...world.settings, ...settings };
    },
    addFault: (fault) => exchange.addFault(fault),
    clearFaults: () => exchange.clearFaults(),
    requests: () => exchange.requests(),
    callCounts: () => exchange.callCounts(),
    recorded: () => exchange.recorded(),
  };
  if (scenario !== undefined) {
    const { vaults = [], faults = [] } = scenarioCheck(scenario, "scenario");
    vaults.forEach(emulator.seedVault);
    for (const fault of faults) emulator.addFault(fault);
  }
  return emulator;
}

function seedVault(world: VaultWorld, { name, access: granted, secrets = {} }: VaultSeed): void {
  const atMs = world.timeline.now();
  const byObject = granted?.map(({ objectId, permissions }) => [objectId.toLowerCase(), permissions] as const);
  const stored = Object.entries(secrets).map(([secret, value]): [string, VaultSecret] => {
    const version: SecretVersion = {
      version: world.newId().replaceAll("-", ""),
      value,
      contentType: null,
      tags: {},
      enabled: true,
      createdAtMs: atMs,
      updatedAtMs: atMs,
    };
    return [secret.toLowerCase(), { name: secret, versions: [version], deletedAtMs: null }];
  });
  world.vaults.set(name.toLowerCase(), {
    name,
    access: byObject === undefined ? null : new Map(byObject),
    secrets: new Map(stored),
  });
}
