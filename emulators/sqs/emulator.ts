import { randomUUID } from "node:crypto";
import { type AccessKeySeed, AccessKeys } from "../aws/access-keys.ts";
import type { Delay } from "../connection.ts";
import { type Answer, withHeaders } from "../exchange/answer.ts";
import { type Admission, type Call, fieldsOf, jsonBody } from "../exchange/call.ts";
import { createExchange, type ExchangeFaultOf, type OnCall } from "../exchange/exchange.ts";
import type { CallTarget } from "../exchange/fault-script.ts";
import type { RecordedExchange } from "../exchange/recording.ts";
import type { LoggedRequest } from "../request-log.ts";
import type { Switch } from "../switch.ts";
import { Timeline } from "../timeline.ts";
import { ACTIONS } from "./actions.ts";
import { awsError, Refusal } from "./answers.ts";
import { defaultAttributes, Queue, type QueueAttributes, type StoredMessage } from "./queue.ts";
import { defaultSqsSettings, type SqsSettings, type SqsWorld } from "./world.ts";

export interface SqsOptions {
  readonly now: () => number;
  readonly delay?: Delay;
  readonly newId?: () => string;
  readonly seed?: number;
  readonly logLimit?: number;
  readonly record?: boolean;
  readonly onCall?: OnCall;
}

/** Some entries of a batch fail through no fault of the sender, the others are done: the answer is 200 all the same. */
export interface EntryFault extends CallTarget {
  readonly kind: "entries";
  /** Such as `InternalError`. */
  readonly code: string;
  /** From 0, in the order of the request. */
  readonly indexes: readonly number[];
}

export type SqsFault = ExchangeFaultOf<EntryFault>;

export interface SqsEmulator {
  fetch(request: Request): Promise<Response>;
  seedAccessKey(seed: AccessKeySeed): void;
  /** @throws Error when its dead-letter queue is not there yet */
  seedQueue(name: string, attributes?: Partial<QueueAttributes>): void;
  /** In whatever state, in order of their sending. */
  messages(queue: string): readonly StoredMessage[];
  configure(settings: Partial<SqsSettings>): void;
  addFault(fault: SqsFault): Switch;
  clearFaults(): void;
  requests(): readonly LoggedRequest[];
  callCounts(): Readonly<Record<string, number>>;
  recorded(): readonly RecordedExchange[];
}

export function createSqsEmulator(options: SqsOptions): SqsEmulator {
  const { newId = randomUUID } = options;
  const world: SqsWorld = {
    settings: defaultSqsSettings,
    newId,
    timeline: new Timeline(options.now),
    accessKeys: new AccessKeys(),
    queues: new Map(),
    failing: null,
  };
  const exchange = createExchange<EntryFault>(
    {
      timeline: world.timeline,
      nameOf: actionOf,
      admit: (call) => admit(world, call),
      refusal: (_call, status, code) => {
        if (status === 429)
          return awsError(400, code ?? "RequestThrottled", "The request was denied due to request throttling.");
        return awsError(status, code ?? (status >= 500 ? "InternalFailure" : "InvalidAddress"), "A scripted answer.");
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
    seedQueue: (name, attributes = {}) => seedQueue(world, name, { ...defaultAttributes, ...attributes }),
    messages: (name) => world.queues.get(name)?.messages(world.timeline.now()) ?? [],
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

function seedQueue(world: SqsWorld, name: string, attributes: QueueAttributes): void {
  const { deadLetterQueue } = attributes;
  const deadLetters = deadLetterQueue === null ? undefined : world.queues.get(deadLetterQueue);
  if (deadLetterQueue !== null && deadLetters === undefined) {
    throw new Error(`Expected the queue ${deadLetterQueue} to be there first, got none`);
  }
  const take =
    deadLetters === undefined ? null : (message: StoredMessage) => deadLetters.add({ ...message, receipt: null });
  world.queues.set(name, new Queue(name, attributes, take));
}

function actionOf({ headers }: Call): string {
  const [service, action] = (headers.get("x-amz-target") ?? "").split(".");
  return service === "AmazonSQS" && action !== undefined && Object.hasOwn(ACTIONS, action) ? action : "Unknown";
}

function admit(world: SqsWorld, call: Call): Admission {
  const action = actionOf(call);
  const handle = ACTIONS[action];
  if (call.method !== "POST" || handle === undefined) return refused("UnknownOperationException", "");
  if (call.headers.get("content-type") !== "application/x-amz-json-1.0") {
    return refused("SerializationException", "The content type is not application/x-amz-json-1.0.");
  }
  const { signatureSkewMs: skewMs, region } = world.settings;
  const refusal = world.accessKeys.refusal(call, { service: "sqs", region, action, skewMs });
  if (refusal !== null) return refused(refusal.type, refusal.message);
  const input = fieldsOf(jsonBody(call));
  if (input === null) return refused("SerializationException", "The body is no JSON object.");
  return { carryOut: (atMs) => answerOf(() => handle(world, input, atMs)) };
}

function answerOf(handle: () => Answer): Answer {
  try {
    return handle();
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    throw error;
  }
}

function refused(type: string, message: string): Admission {
  return { refusal: awsError(type.startsWith("AccessDenied") ? 403 : 400, type, message) };
}
