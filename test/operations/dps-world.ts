import {
  type AzureDpsEmulator,
  type AzureDpsScenario,
  createAzureDpsEmulator,
} from "../../emulators/azure-dps/index.ts";
import type { ConnectionLimits } from "../../lib/contracts/configuration.ts";
import type { AzureDpsConnection } from "../../lib/contracts/connections/azure-dps.ts";
import { azureDpsConnectionSchema } from "../../lib/contracts/connections/azure-dps.ts";
import { ConfigurationError } from "../../lib/contracts/errors.ts";
import { operationIdOf } from "../../lib/contracts/identifiers.ts";
import { type OperationRecord, operationKey } from "../../lib/contracts/operation.ts";
import { inboxQueue } from "../../lib/contracts/ports.ts";
import { Secret } from "../../lib/contracts/secret.ts";
import { type AzureDpsProvider, createAzureDpsProvider } from "../../lib/providers/azure-dps/index.ts";
// Loaded when it is first needed, which takes real time that a virtual clock does not wait for.
import "../../lib/providers/azure-dps/changes/make-leaf.ts";
import { ContractTraffic } from "../emulators/azure-dps/contract-traffic.ts";
import { TestSealer } from "../providers/azure-dps/support.ts";
import { World, type WorldOptions } from "../simulation/world.ts";
import { functionsOver } from "./fleet.ts";

/** The shipped steps with the shipped client against the emulator, in one process on virtual time. */

export const canaryPrefix = "canaryKey4711";
export const service = "dps-eu";
export const resourceGroup = "iot-eu";
export const hubHost = "hub-eu.azure-devices.net";
export const clientSecret = "canary~client-secret.4711";
const subscriptionId = "5b0e7a10-0000-4000-8000-0000000000d5";
const directoryId = "d14ec701-0000-4000-8000-000000000001";
const clientId = "c11e2700-0000-4000-8000-0000000000d5";
const place = { subscriptionId, resourceGroup, location: "westeurope" };

const connection: AzureDpsConnection = azureDpsConnectionSchema.parse({
  kind: "azure-dps",
  subscriptionId,
  credential: { kind: "client-secret", directoryId, clientId, secret: "vault:dps-sp" },
  secrets: ["dps-*"],
});

const scenario: AzureDpsScenario = {
  settings: { throttling: null },
  subscriptions: [{ id: subscriptionId, resourceGroups: [resourceGroup] }],
  hubs: [
    { ...place, name: "hub-eu", policies: [{ keyName: "iothubowner" }] },
    { ...place, name: "hub-us", policies: [{ keyName: "service" }] },
  ],
  services: [
    {
      ...place,
      name: service,
      tags: { owner: "coffee" },
      allocationPolicy: "GeoLatency",
      policies: [
        { keyName: "provisioningserviceowner", rights: "ServiceConfig, DeviceConnect, EnrollmentWrite" },
        { keyName: "backend", rights: "EnrollmentWrite" },
      ],
      hubs: [{ name: "hub-eu", keyName: "iothubowner", allocationWeight: 7, applyAllocationPolicy: false }],
    },
  ],
  clients: [{ directoryId, clientId, objectId: "c11e2700-0000-4000-8000-0000000000d6", secret: clientSecret }],
};

export interface DpsWorldOptions {
  readonly scenario?: Pick<AzureDpsScenario, "settings" | "outcomes" | "faults">;
  readonly service?: Partial<NonNullable<AzureDpsScenario["services"]>[number]>;
  readonly connection?: Partial<AzureDpsConnection>;
  readonly limits?: ConnectionLimits;
  /** Descriptions of services come without their ETag, as no documented answer does. */
  readonly withoutEtag?: boolean;
}

export class DpsWorld {
  readonly world: World;
  readonly emulator: AzureDpsEmulator;
  /** What the vault has, by reference. */
  readonly vault = new Map<string, string>([["vault:dps-sp", clientSecret]]);
  readonly sealer = new TestSealer();
  readonly traffic = new ContractTraffic();
  /** As somebody sees it who never crashes. */
  readonly outside: AzureDpsProvider;

  constructor(options: WorldOptions, more: DpsWorldOptions = {}) {
    const provider = (ports: World["outside"], fetch: (request: Request) => Promise<Response>) =>
      createAzureDpsProvider({
        name: "dps",
        connection: { ...connection, ...more.connection },
        secret: async (reference) => {
          const value = this.vault.get(reference);
          if (value !== undefined) return new Secret(value);
          throw new ConfigurationError(`Expected ${reference} in the vault, got none`);
        },
        sealer: this.sealer,
        clock: ports.clock,
        startTimer: (ms, onTimeout) => this.world.clock.after(ms, onTimeout),
        newRequestId: () => "00000000-0000-4000-8000-000000000000",
        fetch,
      });
    const shown = this.traffic.wrap((request) => this.emulator.fetch(request));
    const answer = more.withoutEtag === true ? async (request: Request) => withoutEtag(await shown(request)) : shown;
    const world: World = new World(options, (ports, io) =>
      functionsOver(
        ports,
        provider(ports, (request) => io(labelOf(request), () => answer(request))),
        more.limits ?? {},
      ),
    );
    this.world = world;
    this.outside = provider(world.outside, answer);
    const [seeded] = scenario.services ?? [];
    this.emulator = createAzureDpsEmulator({
      now: () => world.clock.now(),
      delay: (ms) => world.clock.sleep(ms),
      newId: () => world.randomness.uuid(),
      canaryPrefix,
      scenario: {
        ...scenario,
        ...more.scenario,
        settings: { ...scenario.settings, ...more.scenario?.settings },
        services: seeded === undefined ? [] : [{ ...seeded, ...more.service }],
      },
    });
  }

  /** @param data beside the service's place */
  submit(id: string, type: string, data: Record<string, unknown> = {}): void {
    const body = {
      specversion: "1.0",
      id,
      source: "/test",
      type: `drover.azure-dps.${type}`,
      data: { connection: "dps", deadline: "PT3H", resourceGroup, service, ...data },
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

  runUntilQuiet(forMs = 12 * 3_600_000): Promise<boolean> {
    const quiet = () => this.rows().every((row) => row.state === "ended" && row.wakeAt === undefined);
    return this.world.run(() => this.world.store.messages.size === 0 && quiet(), forMs);
  }

  /** Submits one request and waits for its end. */
  async end(type: string, data: Record<string, unknown> = {}, id = "one"): Promise<OperationRecord | undefined> {
    this.submit(id, type, data);
    await this.runUntilQuiet();
    return this.row(id);
  }

  /** The one service, as it is inside. */
  get config() {
    return this.emulator.state.service(service)?.config;
  }

  /** Secrets that stand where nobody may find them: rows, messages, events, logs. */
  leaks(): string[] {
    const { store, logged } = this.world;
    const rows = [...store.rows.keys()].map((key) => store.peek(key));
    const text = JSON.stringify([rows, [...store.messages.values()], store.events, logged]);
    const secrets = [canaryPrefix, "canary~", "PRIVATE KEY", ...this.emulator.state.everyKey()];
    const signed = ["SharedAccessKey=", "perationresults/", "perationResults/", "asyncinfo"];
    return [...secrets, ...signed].filter((secret) => text.includes(secret));
  }
}

async function withoutEtag(response: Response): Promise<Response> {
  const text = await response.text();
  const left = (): string => JSON.stringify(JSON.parse(text, (key, value) => (key === "etag" ? undefined : value)));
  const { status, headers } = response;
  return new Response(text === "" ? null : left(), { status, headers });
}

function labelOf({ method, url }: Request): string {
  const { pathname, searchParams, host } = new URL(url);
  const path = pathname
    .replace(/^.*\/provisioningServices/i, "")
    .replace(/operationresults\/.*/i, "operationresults/…");
  return `${method} ${host.split(".")[0]} ${path} ${searchParams.get("api-version") ?? ""}`;
}
