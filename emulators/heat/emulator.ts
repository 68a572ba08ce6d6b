import { randomUUID } from "node:crypto";
import type { Delay } from "../connection.ts";
import { type Chosen, Faults } from "../faults.ts";
import { seededRandom } from "../random.ts";
import { type LoggedRequest, RequestLog } from "../request-log.ts";
import { Scripts } from "../scripts.ts";
import type { Switch } from "../switch.ts";
import { Timeline } from "../timeline.ts";
import { answerRequest, type HeatRequest } from "./answer-request.ts";
import type { FaultScript, HeatScenario } from "./scenario.ts";
import { parseHeatScenario } from "./scenario-check.ts";
import { createSeeder, type Seeder, seedAll } from "./seed.ts";
import { configured, defaultSettings, type SettingsPatch } from "./settings.ts";
import { createStateView, type StateView } from "./state.ts";
import type { NewRun, ScriptedRun, World } from "./world.ts";

export interface HeatOptions {
  /** The clock, in milliseconds since 1970. The emulator has no other. */
  readonly now: () => number;
  /** What slow answers wait with; without it, a fault that delays is refused. */
  readonly delay?: Delay;
  /** Where ids and tokens come from; default `crypto.randomUUID`. */
  readonly newId?: () => string;
  /** Decides which requests a fault with a probability strikes; default 1. */
  readonly seed?: number;
  /** At least how many of the newest requests the log keeps; default 10 000. */
  readonly logLimit?: number;
  readonly scenario?: HeatScenario;
}

/** A scripted fault, or one that a predicate chooses the requests for. */
export type HeatFault = Chosen<FaultScript, HeatRequest>;

export interface HeatEmulator {
  /** Answers as Keystone, Rackspace Identity, Heat and Swift would; rejects as a broken connection does. */
  fetch(request: Request): Promise<Response>;
  readonly seed: Seeder;
  readonly state: StateView;
  configure(settings: SettingsPatch): void;
  /** Says how script runs to come will end. */
  script(outcome: ScriptedRun): Switch;
  clearOutcomes(): void;
  /** @throws Error for a fault that delays, without the `delay` option */
  addFault(fault: HeatFault): Switch;
  clearFaults(): void;
  /** Revokes every token issued so far; the services may take the ones they have seen for a while. */
  revokeTokens(): void;
  /** The newest requests, oldest first. */
  requests(): readonly LoggedRequest[];
  clearRequests(): void;
}

/** @throws Error with one sentence when the scenario is wrong */
export function createHeatEmulator(options: HeatOptions): HeatEmulator {
  const world = createWorld(options);
  const faults = new Faults<FaultScript, HeatRequest>(seededRandom((options.seed ?? 1) + 1));
  const log = new RequestLog(options.logLimit ?? 10_000);
  const emulator: HeatEmulator = {
    fetch: (request) => answerRequest({ world, faults, log, delay: options.delay }, request),
    seed: createSeeder(world),
    state: createStateView(world),
    configure: (settings) => {
      world.settings = configured(world.settings, settings);
    },
    script: (outcome) => world.outcomes.add(outcome),
    clearOutcomes: () => world.outcomes.clear(),
    addFault: (fault) => {
      const delays = fault.kind === "slow" || fault.kind === "stall";
      if (delays && options.delay === undefined) {
        throw new Error(`Expected the option delay for a fault of kind ${fault.kind}, got none`);
      }
      const once = fault.kind === "token-refused-once" ? { times: 1, ...fault } : fault;
      return faults.add({ ...once, where: (request) => choosesBody(fault, request) });
    },
    clearFaults: () => faults.clear(),
    revokeTokens: () => revokeTokens(world),
    requests: () => log.entries(),
    clearRequests: () => log.clear(),
  };
  if (options.scenario !== undefined) load(emulator, options.scenario);
  return emulator;
}

function createWorld({ newId = randomUUID, now }: HeatOptions): World {
  return {
    settings: defaultSettings,
    newId,
    timeline: new Timeline(now),
    outcomes: new Scripts(matchesRun),
    projects: new Map(),
    users: new Map(),
    credentials: new Map(),
    tokens: new Map(),
    servers: new Map(),
    configs: new Map(),
    deployments: new Map(),
    references: new Map(),
    rowsByServer: new Map(),
    runs: [],
    skips: [],
    hasRun: new Set(),
    containers: new Map(),
    queues: new Map(),
    refusedSignals: [],
    stacks: new Map(),
  };
}

function matchesRun(script: ScriptedRun, run: NewRun): boolean {
  const { name, config } = run.config;
  return (
    (script.serverId === undefined || script.serverId === run.serverId) &&
    (script.configName === undefined || (name ?? "").startsWith(script.configName)) &&
    (script.configText === undefined || (typeof config === "string" && config.includes(script.configText))) &&
    (script.where === undefined || script.where(run))
  );
}

function choosesBody({ contains, where }: HeatFault, request: HeatRequest): boolean {
  return (contains === undefined || request.text.includes(contains)) && (where === undefined || where(request));
}

function revokeTokens(world: World): void {
  const atMs = world.timeline.now();
  for (const token of world.tokens.values()) token.revokedAtMs ??= atMs;
}

function load(emulator: HeatEmulator, unchecked: HeatScenario): void {
  const scenario = parseHeatScenario(unchecked);
  emulator.configure(scenario.settings ?? {});
  seedAll(emulator.seed, scenario);
  for (const outcome of scenario.outcomes ?? []) emulator.script(outcome);
  for (const fault of scenario.faults ?? []) emulator.addFault(fault);
}
