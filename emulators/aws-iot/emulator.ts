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
import { type Presented, type PresentedResult, present } from "./claims.ts";
import { createOtherWriter, type OtherWriter } from "./other-writer.ts";
import type { IotOwnFault, IotScenario, TemplateSeed } from "./scenario.ts";
import { parseIotScenario } from "./scenario-check.ts";
import { seedTemplate } from "./seed.ts";
import { exchangedService } from "./service.ts";
import { defaultSettings, type SettingsPatch } from "./settings.ts";
import { createStateView, type StateView } from "./state.ts";
import type { World } from "./world.ts";

/** A scripted fault, or one that a predicate chooses the requests for. */
export type IotFault = ExchangeFaultOf<IotOwnFault>;

export interface IotOptions {
  /** The clock, in milliseconds since 1970. The emulator has no other. */
  readonly now: () => number;
  /** What slow answers wait with; without it, a slow fault is refused. */
  readonly delay?: Delay;
  /** Where request ids come from; default `crypto.randomUUID`. */
  readonly newId?: () => string;
  /** Decides keys and which requests a fault with a probability strikes; default 1. */
  readonly seed?: number;
  /** Private keys and certificates carry it in their base64: letters and digits, at most 24. */
  readonly canaryPrefix?: string;
  /** At least how many of the newest requests the log keeps; default 10 000. */
  readonly logLimit?: number;
  /** Keeps every request and answer in full, for a scan for secrets. */
  readonly record?: boolean;
  /** Called when a request arrives and when its answer is about to leave; what it throws breaks the call there. */
  readonly onCall?: OnCall;
  readonly scenario?: IotScenario;
}

export interface IotEmulator {
  /** Answers as the service would; rejects as a broken connection does. */
  fetch(request: Request): Promise<Response>;
  seedAccessKey(seed: AccessKeySeed): void;
  seedTemplate(seed: TemplateSeed): void;
  /** A device comes with a claim to be registered; whether it would be. */
  present(claim: Presented): PresentedResult;
  readonly state: StateView;
  readonly otherWriter: OtherWriter;
  configure(settings: SettingsPatch): void;
  /** @throws Error for a slow fault without the `delay` option */
  addFault(fault: IotFault): Switch;
  clearFaults(): void;
  /** The newest requests, oldest first, without what opens something. */
  requests(): readonly LoggedRequest[];
  clearRequests(): void;
  callCounts(): Readonly<Record<string, number>>;
  /** Empty without the option `record`. */
  recorded(): readonly RecordedExchange[];
}

/** @throws Error with one sentence when the scenario is wrong */
export function createIotEmulator(options: IotOptions): IotEmulator {
  const world = createWorld(options);
  const exchange = createExchange<IotOwnFault>(exchangedService(world), options);
  const emulator: IotEmulator = {
    fetch: (request) => exchange.fetch(request),
    seedAccessKey: (seed) => world.accessKeys.add(seed),
    seedTemplate: (seed) => seedTemplate(world, seed),
    present: (claim) => present(world, claim),
    state: createStateView(world),
    otherWriter: createOtherWriter(world),
    configure: (settings) => {
      world.settings = { ...world.settings, ...settings };
    },
    addFault: (fault) => exchange.addFault(fault),
    clearFaults: () => exchange.clearFaults(),
    requests: () => exchange.requests(),
    clearRequests: () => exchange.clearRequests(),
    callCounts: () => exchange.callCounts(),
    recorded: () => exchange.recorded(),
  };
  if (options.scenario !== undefined) load(emulator, options.scenario);
  return emulator;
}

function createWorld({ newId = randomUUID, now, seed = 1, canaryPrefix = "" }: IotOptions): World {
  const secrets = createSecretMaker(seededRandom(seed + 2), canaryPrefix);
  return {
    settings: defaultSettings,
    newId,
    secrets,
    authority: createAuthority(secrets),
    timeline: new Timeline(now),
    accessKeys: new AccessKeys(),
    rates: new RateLimit(),
    templates: new Map(),
    claims: new Map(),
    effects: [],
  };
}

function load(emulator: IotEmulator, unchecked: IotScenario): void {
  const scenario = parseIotScenario(unchecked);
  emulator.configure(scenario.settings ?? {});
  scenario.accessKeys?.forEach(emulator.seedAccessKey);
  scenario.templates?.forEach(emulator.seedTemplate);
  for (const fault of scenario.faults ?? []) emulator.addFault(fault);
}
