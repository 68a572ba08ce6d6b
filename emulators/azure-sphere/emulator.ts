import { randomUUID } from "node:crypto";
import type { Delay } from "../connection.ts";
import { type Chosen, Faults } from "../faults.ts";
import { seededRandom } from "../random.ts";
import { type LoggedRequest, RequestLog } from "../request-log.ts";
import type { Switch } from "../switch.ts";
import { Timeline } from "../timeline.ts";
import { type Answer, toResponse } from "./answer.ts";
import type { Call } from "./call.ts";
import { suffer } from "./fault-effects.ts";
import { Outcomes, type ScriptedOutcome } from "./outcomes.ts";
import { throttle } from "./rate-limit.ts";
import { type Admission, route } from "./router.ts";
import type { AzureSphereScenario, FaultScript } from "./scenario.ts";
import { parseAzureSphereScenario } from "./scenario-check.ts";
import { createSeeder, type Seeder, seedAll } from "./seed.ts";
import { defaultSettings, type SettingsPatch } from "./settings.ts";
import { createStateView, type StateView } from "./state.ts";
import type { World } from "./world.ts";

/** A scripted fault, or one that a predicate chooses the requests for. */
export type Fault = Chosen<FaultScript>;

export interface AzureSphereOptions {
  /** The clock, in milliseconds since 1970. The emulator has no other. */
  readonly now: () => number;
  /** What slow answers wait with; without it, a slow fault is refused. */
  readonly delay?: Delay;
  /** Where ids, tokens and traces come from; default `crypto.randomUUID`. */
  readonly newId?: () => string;
  /** Decides which requests a fault with a probability strikes, and the order of shuffled lists; default 1. */
  readonly seed?: number;
  /** At least how many of the newest requests the log keeps; default 10 000. */
  readonly logLimit?: number;
  readonly scenario?: AzureSphereScenario;
}

export interface AzureSphereEmulator {
  /** Answers as the service, Entra and the managed-identity endpoints would; rejects as a broken connection does. */
  fetch(request: Request): Promise<Response>;
  readonly seed: Seeder;
  readonly state: StateView;
  configure(settings: SettingsPatch): void;
  /** Says how operations to come will end. */
  script(outcome: ScriptedOutcome): Switch;
  clearOutcomes(): void;
  /** @throws Error for a slow fault without the `delay` option */
  addFault(fault: Fault): Switch;
  clearFaults(): void;
  /** Makes every token issued so far unknown, as a rotated signing key would. */
  revokeTokens(): void;
  /** The newest requests, oldest first. */
  requests(): readonly LoggedRequest[];
  clearRequests(): void;
}

const NO_BODY = new Uint8Array();

/** @throws Error with one sentence when the scenario is wrong */
export function createAzureSphereEmulator(options: AzureSphereOptions): AzureSphereEmulator {
  const world = createWorld(options);
  // Two generators, so that one more shuffled list does not move the faults.
  const faults = new Faults<FaultScript>(seededRandom((options.seed ?? 1) + 1));
  const log = new RequestLog(options.logLimit ?? 10_000);
  const emulator: AzureSphereEmulator = {
    fetch: (request) => answerRequest({ world, faults, log, delay: options.delay }, request),
    seed: createSeeder(world),
    state: createStateView(world),
    configure: (settings) => {
      world.settings = { ...world.settings, ...settings };
    },
    script: (outcome) => world.outcomes.add(outcome),
    clearOutcomes: () => world.outcomes.clear(),
    addFault: (fault) => {
      if (fault.kind === "slow" && options.delay === undefined) {
        throw new Error("Expected the option delay for a slow fault, got none");
      }
      return faults.add(fault);
    },
    clearFaults: () => faults.clear(),
    revokeTokens: () => world.tokens.clear(),
    requests: () => log.entries(),
    clearRequests: () => log.clear(),
  };
  if (options.scenario !== undefined) load(emulator, options.scenario);
  return emulator;
}

function createWorld(options: AzureSphereOptions): World {
  return {
    settings: defaultSettings,
    newId: options.newId ?? randomUUID,
    random: seededRandom(options.seed ?? 1),
    timeline: new Timeline(options.now),
    outcomes: new Outcomes(),
    tenants: new Map(),
    products: new Map(),
    groups: new Map(),
    images: new Map(),
    devices: new Map(),
    deployments: new Map(),
    operations: new Map(),
    principals: [],
    roles: new Map(),
    tokens: new Map(),
    listings: new Map(),
    rateWindow: { startsAtMs: Number.NEGATIVE_INFINITY, requests: 0 },
  };
}

function load(emulator: AzureSphereEmulator, unchecked: AzureSphereScenario): void {
  const scenario = parseAzureSphereScenario(unchecked);
  emulator.configure(scenario.settings ?? {});
  seedAll(emulator.seed, scenario);
  for (const outcome of scenario.outcomes ?? []) emulator.script(outcome);
  for (const fault of scenario.faults ?? []) emulator.addFault(fault);
}

interface Parts {
  readonly world: World;
  readonly faults: Faults<FaultScript>;
  readonly log: RequestLog;
  readonly delay: Delay | undefined;
}

async function answerRequest({ world, faults, log, delay }: Parts, request: Request): Promise<Response> {
  const { method, headers, signal } = request;
  signal.throwIfAborted();
  const url = new URL(request.url);
  const entry = log.open(world.timeline.now(), method, url, headers.get("authorization"));
  const body = method === "POST" ? new Uint8Array(await request.arrayBuffer()) : NO_BODY;
  const call: Call = { method, url, headers, body, atMs: world.timeline.now() };
  const fault = faults.strike({ method, path: url.pathname });
  entry.fault = fault?.kind ?? null;
  const answer = fault === null ? carryOut(world, call) : await suffer(fault, struck(world, call, signal, delay));
  entry.status = answer.status;
  return toResponse(withCommonHeaders(world, answer));
}

function struck(world: World, call: Call, signal: AbortSignal, delay: Delay | undefined): Parameters<typeof suffer>[1] {
  return {
    world,
    atMs: call.atMs,
    signal,
    delay,
    carryOut: () => carryOut(world, call),
    carryOutAt: (dueMs) => {
      const admission = admit(world, call);
      if ("carryOut" in admission) world.timeline.at(dueMs, admission.carryOut);
    },
  };
}

function carryOut(world: World, call: Call): Answer {
  const admission = admit(world, call);
  return "refusal" in admission ? admission.refusal : admission.carryOut(call.atMs);
}

function admit(world: World, call: Call): Admission {
  const refusal = throttle(world, call);
  return refusal === null ? route(world, call) : { refusal };
}

function withCommonHeaders(world: World, answer: Answer): Answer {
  const { extraHeaders, traceIdHeader } = world.settings;
  const trace = traceIdHeader === null ? {} : { [traceIdHeader]: world.newId() };
  return { ...answer, headers: { ...answer.headers, ...extraHeaders, ...trace } };
}
