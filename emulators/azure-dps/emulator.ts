import { randomUUID } from "node:crypto";
import type { Delay } from "../connection.ts";
import { createEntraDirectory, type EntraDirectory } from "../entra/directory.ts";
import { createExchange, type ExchangeFaultOf, type OnCall } from "../exchange/exchange.ts";
import type { RecordedExchange } from "../exchange/recording.ts";
import { createKeyVaultEmulator, isVaultRequest, type KeyVaultEmulator } from "../key-vault/index.ts";
import { seededRandom } from "../random.ts";
import type { LoggedRequest } from "../request-log.ts";
import type { Switch } from "../switch.ts";
import { Timeline } from "../timeline.ts";
import { createOtherWriter, type OtherWriter } from "./other-writer.ts";
import { Outcomes, type ScriptedOutcome } from "./outcomes.ts";
import type { AzureDpsScenario, DpsOwnFault } from "./scenario.ts";
import { parseAzureDpsScenario } from "./scenario-check.ts";
import { createSecretMaker } from "./secrets.ts";
import { createSeeder, type Seeder, seedAll } from "./seed.ts";
import { exchangedService } from "./services.ts";
import { defaultSettings, type SettingsPatch } from "./settings.ts";
import { createStateView, type StateView } from "./state.ts";
import type { World } from "./world.ts";

/** A scripted fault, or one that a predicate chooses the requests for. */
export type DpsFault = ExchangeFaultOf<DpsOwnFault>;

export interface AzureDpsOptions {
  /** The clock, in milliseconds since 1970. The emulator has no other. */
  readonly now: () => number;
  /** What slow answers wait with; without it, a slow fault is refused. */
  readonly delay?: Delay;
  /** Where ids and tokens come from; default `crypto.randomUUID`. */
  readonly newId?: () => string;
  /** Decides generated keys, etags and which requests a fault with a probability strikes; default 1. */
  readonly seed?: number;
  /** Generated keys, tokens and signatures begin with it: letters and digits, at most 24. What is hexadecimal cannot. */
  readonly canaryPrefix?: string;
  /** At least how many of the newest requests the log keeps; default 10 000. */
  readonly logLimit?: number;
  /** Keeps every request and answer in full, for a scan for secrets. */
  readonly record?: boolean;
  /** Called when a request arrives and when its answer is about to leave; what it throws breaks the call there. */
  readonly onCall?: OnCall;
  /** Shared with other emulators; default one of its own. */
  readonly entra?: EntraDirectory;
  readonly scenario?: AzureDpsScenario;
}

export interface AzureDpsEmulator {
  /** Answers as the management API, the data planes, Entra and Key Vault would; rejects as a broken connection does. */
  fetch(request: Request): Promise<Response>;
  readonly seed: Seeder;
  readonly state: StateView;
  readonly otherWriter: OtherWriter;
  readonly entra: EntraDirectory;
  /** Every `*.vault.azure.net`, with the same clock and Entra. */
  readonly vaults: KeyVaultEmulator;
  configure(settings: SettingsPatch): void;
  /** Says how operations to come will end. */
  script(outcome: ScriptedOutcome): Switch;
  clearOutcomes(): void;
  /** @throws Error for a slow fault without the `delay` option */
  addFault(fault: DpsFault): Switch;
  clearFaults(): void;
  revokeTokens(): void;
  /** The newest requests, oldest first, without what opens something. */
  requests(): readonly LoggedRequest[];
  clearRequests(): void;
  /** Calls of an operation, or of all; refused ones too. */
  calls(operation?: string): number;
  callCounts(): Readonly<Record<string, number>>;
  /** Empty without the option `record`. */
  recorded(): readonly RecordedExchange[];
}

/** @throws Error with one sentence when the scenario is wrong */
export function createAzureDpsEmulator(options: AzureDpsOptions): AzureDpsEmulator {
  const world = createWorld(options);
  const exchange = createExchange<DpsOwnFault>(exchangedService(world), options);
  const vaults = createKeyVaultEmulator({ ...options, newId: world.newId, entra: world.entra, scenario: undefined });
  const emulator: AzureDpsEmulator = {
    fetch: (request) => (isVaultRequest(request) ? vaults.fetch(request) : exchange.fetch(request)),
    seed: createSeeder(world),
    state: createStateView(world),
    otherWriter: createOtherWriter(world),
    entra: world.entra,
    vaults,
    configure: (settings) => {
      world.settings = { ...world.settings, ...settings };
      world.entra.setTokenLifetime(world.settings.tokenLifetimeSeconds);
    },
    script: (outcome) => world.outcomes.add(outcome),
    clearOutcomes: () => world.outcomes.clear(),
    addFault: (fault) => exchange.addFault(fault),
    clearFaults: () => exchange.clearFaults(),
    revokeTokens: () => world.entra.revokeTokens(),
    requests: () => exchange.requests(),
    clearRequests: () => exchange.clearRequests(),
    calls: (operation) => {
      const counts = Object.entries(exchange.callCounts());
      const wanted = counts.filter(([name]) => operation === undefined || name === operation);
      return wanted.reduce((sum, [, count]) => sum + count, 0);
    },
    callCounts: () => exchange.callCounts(),
    recorded: () => exchange.recorded(),
  };
  if (options.scenario !== undefined) load(world, emulator, options.scenario);
  return emulator;
}

function createWorld({ newId = randomUUID, now, seed = 1, canaryPrefix = "", entra }: AzureDpsOptions): World {
  return {
    settings: defaultSettings,
    newId,
    random: seededRandom(seed),
    // Of its own, so that one more etag does not change the keys.
    secrets: createSecretMaker(seededRandom(seed + 2), canaryPrefix),
    timeline: new Timeline(now),
    entra: entra ?? createEntraDirectory(newId, canaryPrefix),
    outcomes: new Outcomes(),
    subscriptions: new Map(),
    services: new Map(),
    operations: new Map(),
    hubs: new Map(),
    denials: new Map(),
    effects: [],
    buckets: new Map(),
    etagCount: 0x0d_0000_0000,
  };
}

function load(world: World, emulator: AzureDpsEmulator, unchecked: AzureDpsScenario): void {
  const scenario = parseAzureDpsScenario(unchecked);
  emulator.configure(scenario.settings ?? {});
  seedAll(world, emulator.seed, scenario);
  for (const outcome of scenario.outcomes ?? []) emulator.script(outcome);
  for (const fault of scenario.faults ?? []) emulator.addFault(fault);
}
