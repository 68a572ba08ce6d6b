import { randomUUID } from "node:crypto";
import { type AccessKeySeed, AccessKeys } from "../aws/access-keys.ts";
import { createAuthority } from "../aws/certificate.ts";
import { RateLimit } from "../aws/rate-limit.ts";
import { createSecretMaker } from "../aws/secrets.ts";
import type { Delay } from "../connection.ts";
import { createExchange, type ExchangeFaultOf, type OnCall } from "../exchange/exchange.ts";
import type { RecordedExchange } from "../exchange/recording.ts";
import { seededRandom } from "../random.ts";
import type { LoggedRequest } from "../request-log.ts";
import type { Switch } from "../switch.ts";
import { Timeline } from "../timeline.ts";
import { type Appliance, createAppliance } from "./appliance.ts";
import { createOtherWriter, type OtherWriter } from "./other-writer.ts";
import { Outcomes, type ScriptedOutcome } from "./outcomes.ts";
import type { DeviceSeed, PanoramaOwnFault, PanoramaScenario } from "./scenario.ts";
import { parsePanoramaScenario } from "./scenario-check.ts";
import { seedDevice } from "./seed.ts";
import { exchangedService } from "./service.ts";
import { defaultSettings, type SettingsPatch } from "./settings.ts";
import { createStateView, type StateView } from "./state.ts";
import type { World } from "./world.ts";

/** A scripted fault, or one that a predicate chooses the requests for. */
export type PanoramaFault = ExchangeFaultOf<PanoramaOwnFault>;

export interface PanoramaOptions {
  /** The clock, in milliseconds since 1970. The emulator has no other. */
  readonly now: () => number;
  /** What slow answers wait with; without it, a slow fault is refused. */
  readonly delay?: Delay;
  /** Where request ids come from; default `crypto.randomUUID`. */
  readonly newId?: () => string;
  /** Decides device ids, keys and which requests a fault with a probability strikes; default 1. */
  readonly seed?: number;
  /** Private keys, certificates and archives carry it in their base64: letters and digits, at most 24. */
  readonly canaryPrefix?: string;
  /** At least how many of the newest requests the log keeps; default 10 000. */
  readonly logLimit?: number;
  /** Keeps every request and answer in full, for a scan for secrets. */
  readonly record?: boolean;
  /** Called when a request arrives and when its answer is about to leave; what it throws breaks the call there. */
  readonly onCall?: OnCall;
  readonly scenario?: PanoramaScenario;
}

export interface PanoramaEmulator {
  /** Answers as the service would; rejects as a broken connection does. */
  fetch(request: Request): Promise<Response>;
  seedAccessKey(seed: AccessKeySeed): void;
  /** Returns the id of the device. */
  seedDevice(seed: DeviceSeed): string;
  readonly appliance: Appliance;
  readonly state: StateView;
  readonly otherWriter: OtherWriter;
  configure(settings: SettingsPatch): void;
  /** Says how provisionings and jobs to come will end. */
  script(outcome: ScriptedOutcome): Switch;
  clearOutcomes(): void;
  /** @throws Error for a slow fault without the `delay` option */
  addFault(fault: PanoramaFault): Switch;
  clearFaults(): void;
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
export function createPanoramaEmulator(options: PanoramaOptions): PanoramaEmulator {
  const world = createWorld(options);
  const exchange = createExchange<PanoramaOwnFault>(exchangedService(world), options);
  const emulator: PanoramaEmulator = {
    fetch: (request) => exchange.fetch(request),
    seedAccessKey: (seed) => world.accessKeys.add(seed),
    seedDevice: (seed) => seedDevice(world, seed),
    appliance: createAppliance(world),
    state: createStateView(world),
    otherWriter: createOtherWriter(world),
    configure: (settings) => {
      world.settings = { ...world.settings, ...settings };
    },
    script: (outcome) => world.outcomes.add(outcome),
    clearOutcomes: () => world.outcomes.clear(),
    addFault: (fault) => exchange.addFault(fault),
    clearFaults: () => exchange.clearFaults(),
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
  if (options.scenario !== undefined) load(emulator, options.scenario);
  return emulator;
}

function createWorld({ newId = randomUUID, now, seed = 1, canaryPrefix = "" }: PanoramaOptions): World {
  const secrets = createSecretMaker(seededRandom(seed + 2), canaryPrefix);
  return {
    settings: defaultSettings,
    newId,
    random: seededRandom(seed),
    secrets,
    authority: createAuthority(secrets),
    timeline: new Timeline(now),
    accessKeys: new AccessKeys(),
    rates: new RateLimit(),
    outcomes: new Outcomes(),
    devices: new Map(),
    jobs: new Map(),
    registered: new Map(),
    effects: [],
  };
}

function load(emulator: PanoramaEmulator, unchecked: PanoramaScenario): void {
  const scenario = parsePanoramaScenario(unchecked);
  emulator.configure(scenario.settings ?? {});
  scenario.accessKeys?.forEach(emulator.seedAccessKey);
  scenario.devices?.forEach(emulator.seedDevice);
  for (const outcome of scenario.outcomes ?? []) emulator.script(outcome);
  for (const fault of scenario.faults ?? []) emulator.addFault(fault);
}
