import { createHmac } from "node:crypto";
import {
  type AzureDpsEmulator,
  createAzureDpsEmulator,
  demoDpsIds,
  demoDpsScenario,
  type SettingsPatch,
} from "../../emulators/azure-dps/index.ts";
import { createSecretsManagerEmulator, type SecretsManagerEmulator } from "../../emulators/secrets-manager/index.ts";
import { keyRotationOf } from "../../functions/key-rotation.ts";
import { azureDpsConnectionSchema } from "../../lib/contracts/connections/azure-dps.ts";
import { operationIdOf } from "../../lib/contracts/identifiers.ts";
import { type OperationRecord, operationKey } from "../../lib/contracts/operation.ts";
import { inboxQueue, type Vault } from "../../lib/contracts/ports.ts";
import type { PublishTargetConfiguration } from "../../lib/contracts/publish-targets.ts";
import { publishTargetsSchema } from "../../lib/contracts/publish-targets.ts";
import type { Sealer } from "../../lib/contracts/sealer.ts";
import { Secret } from "../../lib/contracts/secret.ts";
// Loaded when it is first needed, which takes real time that a virtual clock does not wait for.
import "../../lib/providers/entra/client-secret.ts";
import { createAzureDpsProvider } from "../../lib/providers/azure-dps/index.ts";
import { memoryVault } from "../simulation/memory-vault.ts";
import { World, type WorldOptions } from "../simulation/world.ts";
import { functionsOver } from "./fleet.ts";

/** What consumers do: they read what is published this often, and sign tokens of this life. */
export const readIntervalMs = 60_000;
export const tokenLifeMs = 240_000;
export const graceMs = readIntervalMs + tokenLifeMs + 30_000;

const { subscriptionId, directoryId, clientId, clientSecret, service, policy, resourceGroup } = demoDpsIds;
export const vaultName = "kv-apps";
export const published = "dps-backend";
const accessKey = { accessKeyId: "AKIAFLEETFLEETFLEET", secretAccessKey: "canary0secret0access0key" };
const credential = { kind: "client-secret", directoryId, clientId, secret: "env:ENTRA" } as const;

const connection = azureDpsConnectionSchema.parse({ kind: "azure-dps", subscriptionId, credential });
const publishTargets: Readonly<Record<string, PublishTargetConfiguration>> = publishTargetsSchema.parse({
  kv: { kind: "key-vault", url: `https://${vaultName}.vault.azure.net`, credential, secrets: ["dps-*"] },
  sm: {
    kind: "secrets-manager",
    region: "eu-central-1",
    credential: { kind: "access-key", accessKeyId: accessKey.accessKeyId, secretAccessKey: "env:AWS" },
    secrets: ["dps-*"],
  },
});
const secrets: Readonly<Record<string, string>> = { "env:ENTRA": clientSecret, "env:AWS": accessKey.secretAccessKey };

/** The shipped rotation, client and targets against emulators, in one process on virtual time. */
export class DpsRotationWorld {
  readonly world: World;
  readonly dps: AzureDpsEmulator;
  readonly secretsManager: SecretsManagerEmulator;
  readonly stored = new Map<string, Secret>();
  readonly startedAt: number;

  constructor(options: WorldOptions, settings: SettingsPatch = {}) {
    const world: World = new World({ sweepEveryMs: 30_000, ...options }, (ports, io) => {
      const { clock, randomness, ledger } = ports;
      const parts = {
        secret: async (reference: string) => new Secret(secrets[reference] ?? ""),
        sealer: this.#sealer(),
        vault: memoryVault(this.stored, io),
        randomness,
        ledger,
        publishTargets,
        clock,
        startTimer: (ms: number, onTimeout: () => void) => world.clock.after(ms, onTimeout),
        fetch: (request: Request) => io(labelOf(request), () => this.#fetch(request)),
      };
      const provider = createAzureDpsProvider({
        ...parts,
        name: "dps",
        connection,
        newRequestId: () => world.randomness.uuid(),
      });
      return functionsOver(ports, { ...provider, keyRotation: keyRotationOf(provider, parts) });
    });
    this.world = world;
    const time = {
      now: () => world.clock.now(),
      delay: (ms: number) => world.clock.sleep(ms),
      newId: () => world.randomness.uuid(),
      record: true,
    };
    const scenario = demoDpsScenario();
    this.dps = createAzureDpsEmulator({
      ...time,
      canaryPrefix: "canary",
      scenario: { ...scenario, settings: { ...scenario.settings, updateMs: 20_000, ...settings } },
    });
    this.secretsManager = createSecretsManagerEmulator(time);
    this.secretsManager.seedAccessKey(accessKey);
    this.#publishFirst(this.dps.state.policy(service, policy)?.primaryKey ?? "");
    // What was published a day ago everybody has read.
    world.clock.advance(86_400_000);
    this.startedAt = world.clock.now();
  }

  #publishFirst(key: string): void {
    this.dps.vaults.seedVault({ name: vaultName, secrets: { [published]: key } });
    this.secretsManager.seedSecret({ name: published, value: key });
  }

  #fetch(request: Request): Promise<Response> {
    return new URL(request.url).hostname.startsWith("secretsmanager.")
      ? this.secretsManager.fetch(request)
      : this.dps.fetch(request);
  }

  /** Opens only what it has sealed. */
  #sealer(): Sealer {
    const sealed = this.#sealed;
    return {
      async seal(purpose, text) {
        sealed.push(text);
        return `${purpose}#${sealed.length - 1}`;
      },
      async open(purpose, text) {
        const [found, index] = text.split("#");
        const secret = found === purpose ? sealed[Number(index)] : undefined;
        if (!secret) throw new Error("Expected text that was sealed here");
        return secret;
      },
    };
  }
  readonly #sealed: Secret[] = [];

  /** As somebody sees it who never crashes. */
  get vault(): Vault {
    return memoryVault(this.stored);
  }

  submit(id: string, data: Record<string, unknown> = {}): void {
    const body = {
      specversion: "1.0",
      id,
      source: "/test",
      type: "drover.azure-dps.rotate-policy-key",
      data: {
        connection: "dps",
        resourceGroup,
        service,
        policy,
        grace: `PT${graceMs / 1000}S`,
        consumers: { readInterval: "PT60S", tokenLife: "PT240S", clockSkew: "PT30S" },
        publish: [
          { target: "kv", secret: published },
          { target: "sm", secret: published },
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

  runUntilQuiet(forMs = 24 * 3_600_000): Promise<boolean> {
    const quiet = () =>
      [...this.world.store.rows.keys()].every((key) => {
        const record = this.world.store.peek(key);
        return record?.kind !== "operation" || (record.state === "ended" && record.wakeAt === undefined);
      });
    return this.world.run(() => this.world.store.messages.size === 0 && quiet(), forMs);
  }

  /** Whether a call that is signed with that key is served now. */
  async serves(key: string): Promise<boolean> {
    const host = `${service}.azure-devices-provisioning.net`;
    const expires = Math.floor(this.world.clock.now() / 1000) + tokenLifeMs / 1000;
    const signature = createHmac("sha256", Buffer.from(key, "base64")).update(`${host}\n${expires}`).digest("base64");
    const authorization = `SharedAccessSignature sr=${host}&sig=${encodeURIComponent(signature)}&se=${expires}&skn=${policy}`;
    const headers = { authorization, "content-type": "application/json" };
    const url = `https://${host}/enrollmentGroups/query?api-version=2021-10-01`;
    const body = JSON.stringify({ query: "SELECT * FROM enrollmentGroups" });
    return (await this.dps.fetch(new Request(url, { method: "POST", headers, body }))).status === 200;
  }

  /** What stands beside the values in the vault, where whoever may list can read it. */
  besideTheValues(): string {
    const versions = this.dps.vaults.versions(vaultName, published).map(({ tags, version }) => ({ tags, version }));
    const ids = this.secretsManager.secret(published)?.versions.map(({ versionId }) => versionId);
    return JSON.stringify([versions, ids]);
  }

  /** All that stays of a run, as text: whatever a secret could have slipped into. */
  everythingWritten(): string {
    const { store, logged, trace } = this.world;
    const messages = [...store.messages.values()].map(({ body }) => body);
    return [
      ...[...store.rows.values()].map(({ text }) => text),
      ...messages,
      JSON.stringify(store.events),
      ...logged,
      ...trace,
    ].join("\n");
  }

  /** The policy's keys that were in force, each from its time on. */
  keysInForce(): { readonly at: number; readonly keys: readonly string[] }[] {
    const current = this.dps.state.effects().flatMap(({ atMs, detail }) => {
      const keys = keysIn(detail["after"]);
      return keys ? [{ at: atMs, keys }] : [];
    });
    const [first] = this.dps.state.effects().flatMap(({ detail }) => keysIn(detail["before"]) ?? []);
    const before =
      first === undefined
        ? []
        : (this.dps.state
            .effects()
            .map(({ detail }) => keysIn(detail["before"]))
            .find(Boolean) ?? []);
    return [{ at: this.startedAt, keys: before }, ...current];
  }

  /** What consumers of each target could read, each from its time on. */
  versions(): readonly (readonly { readonly at: number; readonly value: string }[])[] {
    const ofVault = this.dps.vaults
      .versions(vaultName, published)
      .map(({ createdAtMs, value }) => ({ at: createdAtMs, value }));
    const ofManager = (this.secretsManager.secret(published)?.versions ?? []).map(({ createdAtMs, secretString }) => ({
      at: createdAtMs,
      value: secretString ?? "",
    }));
    return [ofVault, ofManager];
  }

  /**
   * Whoever reads at any moment uses what is published then until he reads again, and tokens that he signed live on: every key has to
   * be good for all that time.
   */
  refusedConsumers(): string[] {
    const inForce = this.keysInForce();
    const until = this.world.clock.now();
    return this.versions().flatMap((versions) =>
      versions.flatMap(({ at, value }, index) => {
        const usedUntil = Math.min(until, (versions[index + 1]?.at ?? until) + readIntervalMs + tokenLifeMs);
        return inForce.flatMap(({ at: from, keys }, number) => {
          const endsAt = inForce[number + 1]?.at ?? Number.POSITIVE_INFINITY;
          if (keys.includes(value) || endsAt <= Math.max(at, this.startedAt) || from >= usedUntil) return [];
          return [
            `the key of version ${index} is dead ${(Math.max(at, from) - this.startedAt) / 1000} s after the start`,
          ];
        });
      }),
    );
  }
}

function keysIn(config: unknown): string[] | undefined {
  if (typeof config !== "object" || config === null || !("policies" in config) || !Array.isArray(config.policies))
    return undefined;
  const found = config.policies.find((one) => one.keyName === policy);
  return found ? [found.primaryKey, found.secondaryKey] : [];
}

/** Ids differ between runs; what is done to them does not. */
function labelOf({ method, url }: Request): string {
  const { hostname, pathname } = new URL(url);
  return `${method} ${hostname.split(".")[0]}${pathname
    .split("/")
    .slice(-2)
    .join("/")
    .replace(/[A-Za-z0-9+=_-]{24,}/g, "…")}`;
}
