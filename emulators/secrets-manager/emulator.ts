import { randomUUID } from "node:crypto";
import { type AccessKeySeed, AccessKeys } from "../aws/access-keys.ts";
import type { Delay } from "../connection.ts";
import { withHeaders } from "../exchange/answer.ts";
import type { Admission, Call } from "../exchange/call.ts";
import { createExchange, type ExchangeFaultOf, type OnCall } from "../exchange/exchange.ts";
import type { CallTarget } from "../exchange/fault-script.ts";
import type { RecordedExchange } from "../exchange/recording.ts";
import type { LoggedRequest } from "../request-log.ts";
import type { Switch } from "../switch.ts";
import { Timeline } from "../timeline.ts";
import { ACTIONS, inputOf } from "./actions.ts";
import { awsError } from "./answers.ts";
import {
  defaultSecretsManagerSettings,
  findSecret,
  type SecretsEffect,
  type SecretsManagerSettings,
  type SecretsWorld,
  type StoredSecret,
} from "./world.ts";

export interface SecretsManagerOptions {
  readonly now: () => number;
  readonly delay?: Delay;
  readonly newId?: () => string;
  readonly seed?: number;
  readonly logLimit?: number;
  readonly record?: boolean;
  readonly onCall?: OnCall;
}

export type { AccessKeySeed };

type NoFaultOfItsOwn = CallTarget & { readonly kind: never };
export type SecretsManagerFault = ExchangeFaultOf<NoFaultOfItsOwn>;

export interface SecretsManagerEmulator {
  fetch(request: Request): Promise<Response>;
  seedAccessKey(seed: AccessKeySeed): void;
  /** As somebody created it before. */
  seedSecret(seed: { readonly name: string; readonly value: string }): void;
  secret(name: string): Readonly<StoredSecret> | null;
  /** The text at a stage, `AWSCURRENT` unless said otherwise. */
  value(name: string, stage?: string): string | null;
  effects(): readonly SecretsEffect[];
  configure(settings: Partial<SecretsManagerSettings>): void;
  addFault(fault: SecretsManagerFault): Switch;
  clearFaults(): void;
  requests(): readonly LoggedRequest[];
  callCounts(): Readonly<Record<string, number>>;
  recorded(): readonly RecordedExchange[];
}

export function createSecretsManagerEmulator(options: SecretsManagerOptions): SecretsManagerEmulator {
  const { newId = randomUUID } = options;
  const world: SecretsWorld = {
    settings: defaultSecretsManagerSettings,
    newId,
    timeline: new Timeline(options.now),
    accessKeys: new AccessKeys(),
    secrets: new Map(),
    effects: [],
  };
  const exchange = createExchange<NoFaultOfItsOwn>(
    {
      timeline: world.timeline,
      nameOf: actionOf,
      admit: (call) => admit(world, call),
      refusal: (_call, status, code) => {
        const throttled = awsError(400, code ?? "ThrottlingException", "Rate exceeded");
        if (status === 429) return throttled;
        return awsError(
          status,
          code ?? (status >= 500 ? "InternalServiceError" : "InvalidRequestException"),
          "A scripted answer.",
        );
      },
      finish: (_call, answer) => withHeaders(answer, { "x-amzn-requestid": world.newId() }),
      shown: (url) => url,
      sufferOwn: (fault) => fault,
    },
    options,
  );
  const find = (name: string): StoredSecret | null => {
    world.timeline.now();
    return findSecret(world, name) ?? null;
  };
  return {
    fetch: (request) => exchange.fetch(request),
    seedAccessKey: (seed) => world.accessKeys.add(seed),
    seedSecret: ({ name, value }) => {
      ACTIONS["CreateSecret"]?.(world, { Name: name, SecretString: value }, world.timeline.now());
    },
    secret: find,
    value: (name, stage = "AWSCURRENT") =>
      find(name)?.versions.find(({ stages }) => stages.includes(stage))?.secretString ?? null,
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
}

function actionOf({ headers }: Call): string {
  const [service, action] = (headers.get("x-amz-target") ?? "").split(".");
  return service === "secretsmanager" && action !== undefined && Object.hasOwn(ACTIONS, action) ? action : "Unknown";
}

function admit(world: SecretsWorld, call: Call): Admission {
  const action = actionOf(call);
  const handle = ACTIONS[action];
  if (call.method !== "POST" || handle === undefined) return refused("UnknownOperationException", "");
  if (call.headers.get("content-type") !== "application/x-amz-json-1.1") {
    return refused("SerializationException", "The content type is not application/x-amz-json-1.1.");
  }
  const { signatureSkewMs: skewMs } = world.settings;
  const refusal = world.accessKeys.refusal(call, { service: "secretsmanager", region: null, action, skewMs });
  if (refusal !== null) return refused(refusal.type, refusal.message);
  const input = inputOf(call);
  if (input === null) return refused("SerializationException", "The body is no JSON object.");
  return { carryOut: (atMs) => handle(world, input, atMs) };
}

function refused(type: string, message: string): Admission {
  return { refusal: awsError(400, type, message) };
}
