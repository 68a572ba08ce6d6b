import { randomUUID } from "node:crypto";
import { type AccessKeySeed, AccessKeys } from "../aws/access-keys.ts";
import type { Delay } from "../connection.ts";
import { withHeaders } from "../exchange/answer.ts";
import { type Admission, type Call, fieldsOf, jsonBody } from "../exchange/call.ts";
import { createExchange, type ExchangeFaultOf, type OnCall } from "../exchange/exchange.ts";
import type { CallTarget } from "../exchange/fault-script.ts";
import type { RecordedExchange } from "../exchange/recording.ts";
import type { LoggedRequest } from "../request-log.ts";
import type { Switch } from "../switch.ts";
import { Timeline } from "../timeline.ts";
import { ACTIONS } from "./actions.ts";
import { awsError } from "./answers.ts";
import { type BusEvent, defaultEventBridgeSettings, type EventBridgeSettings, type EventBridgeWorld } from "./world.ts";

export interface EventBridgeOptions {
  readonly now: () => number;
  readonly delay?: Delay;
  readonly newId?: () => string;
  readonly seed?: number;
  readonly logLimit?: number;
  readonly record?: boolean;
  readonly onCall?: OnCall;
}

/** Some entries of a request fail, the others are taken: the answer is 200 all the same. */
export interface EntryFault extends CallTarget {
  readonly kind: "entries";
  /** Such as `InternalFailure` or `ThrottlingException`. */
  readonly code: string;
  /** From 0, in the order of the request. */
  readonly indexes: readonly number[];
}

export type EventBridgeFault = ExchangeFaultOf<EntryFault>;

export interface EventBridgeEmulator {
  fetch(request: Request): Promise<Response>;
  seedAccessKey(seed: AccessKeySeed): void;
  seedBus(name: string): void;
  /** In the order in which they were taken. */
  events(): readonly BusEvent[];
  /** Answered with an id and thrown away: on a bus that is not there, or with an overlong detail type. */
  discarded(): readonly BusEvent[];
  configure(settings: Partial<EventBridgeSettings>): void;
  addFault(fault: EventBridgeFault): Switch;
  clearFaults(): void;
  requests(): readonly LoggedRequest[];
  callCounts(): Readonly<Record<string, number>>;
  recorded(): readonly RecordedExchange[];
}

export function createEventBridgeEmulator(options: EventBridgeOptions): EventBridgeEmulator {
  const { newId = randomUUID } = options;
  const world: EventBridgeWorld = {
    settings: defaultEventBridgeSettings,
    newId,
    timeline: new Timeline(options.now),
    accessKeys: new AccessKeys(),
    buses: new Set(["default"]),
    events: [],
    discarded: [],
    failing: null,
  };
  const exchange = createExchange<EntryFault>(
    {
      timeline: world.timeline,
      nameOf: actionOf,
      admit: (call) => admit(world, call),
      refusal: (_call, status, code) => {
        const [type, message] =
          status === 429 ? ["ThrottlingException", "Rate exceeded"] : ["InternalException", "Scripted."];
        return awsError(status === 429 ? 400 : status, code ?? type, message);
      },
      finish: (_call, answer) => withHeaders(answer, { "x-amzn-requestid": world.newId() }),
      shown: (url) => url,
      sufferOwn: (fault, carryOut) => {
        if (fault.kind !== "entries") return fault;
        world.failing = fault;
        try {
          return carryOut();
        } finally {
          world.failing = null;
        }
      },
    },
    options,
  );
  return {
    fetch: (request) => exchange.fetch(request),
    seedAccessKey: (seed) => world.accessKeys.add(seed),
    seedBus: (name) => void world.buses.add(name),
    events: () => [...world.events],
    discarded: () => [...world.discarded],
    configure: (settings) => {
      world.settings = { ...world.settings, ...settings };
    },
    addFault: (fault) => exchange.addFault(fault),
    clearFaults: () => exchange.clearFaults(),
    requests: () => exchange.requests(),
    callCounts: () => exchange.callCounts(),
    recorded: () => exchange.recorded(),
  };
}

function actionOf({ headers }: Call): string {
  const [service, action] = (headers.get("x-amz-target") ?? "").split(".");
  return service === "AWSEvents" && action !== undefined && Object.hasOwn(ACTIONS, action) ? action : "Unknown";
}

function admit(world: EventBridgeWorld, call: Call): Admission {
  const action = actionOf(call);
  const handle = ACTIONS[action];
  if (call.method !== "POST" || handle === undefined) return refused("UnknownOperationException", "");
  if (call.headers.get("content-type") !== "application/x-amz-json-1.1") {
    return refused("SerializationException", "The content type is not application/x-amz-json-1.1.");
  }
  const { signatureSkewMs: skewMs, region } = world.settings;
  const refusal = world.accessKeys.refusal(call, { service: "events", region, action, skewMs });
  if (refusal !== null) return refused(refusal.type, refusal.message);
  const input = fieldsOf(jsonBody(call));
  if (input === null) return refused("SerializationException", "The body is no JSON object.");
  return { carryOut: (atMs) => handle(world, input, atMs) };
}

function refused(type: string, message: string): Admission {
  return { refusal: awsError(400, type, message) };
}
