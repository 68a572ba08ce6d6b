import { BatchProcessor, EventType, processPartialResponse } from "@aws-lambda-powertools/batch";
import {
  IdempotencyConfig,
  IdempotencyItemAlreadyExistsError,
  IdempotencyItemNotFoundError,
  makeIdempotent,
} from "@aws-lambda-powertools/idempotency";
import { BasePersistenceLayer, type IdempotencyRecord } from "@aws-lambda-powertools/idempotency/persistence";
import { Logger } from "@aws-lambda-powertools/logger";
import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import middy from "@middy/core";
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { pollOperation } from "../functions/poll-operation/step.ts";
import { requestRoutes } from "../functions/request-routes.ts";
import { startDeployment } from "../functions/start-deployment/step.ts";
import {
  inboxQueue,
  type Ledger,
  type MessageHandler,
  type OutgoingMessage,
  type Ports,
  type Stored,
} from "../lib/contracts/ports.ts";
import { createInboxHandler } from "../lib/operations/accept.ts";
import { createRunner } from "../lib/operations/runner.ts";
import { systemAfter } from "../lib/platforms/after.ts";
import { type FunctionParts, queueFunction } from "../lib/platforms/aws/lambda/functions.ts";
import { awsVoice, type Voice } from "../lib/platforms/aws/platform.ts";
import { createClock, systemSources } from "../lib/platforms/clock.ts";
import { createRandomness } from "../lib/platforms/randomness.ts";
import { createStubProvider } from "./stub-provider.ts";

/**
 * One function of one kind in this process, called with one batch of 10 after another: what the host costs around the work, as nothing
 * it calls does anything. Started by bench/aws.ts, its standard output leads nowhere.
 */
export const kinds = ["middy", "powertools", "drover-host", "drover"] as const;
export type Kind = (typeof kinds)[number];
type Handler = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;

const batch = 10;
const hourMs = 3_600_000;
const queueArn = "arn:aws:sqs:eu-west-1:123456789012:drover-bench-poll-operation";
const variables = { DROVER_QUEUE_URL_PREFIX: "https://sqs.eu-west-1.amazonaws.com/123456789012/drover-bench-" };

function recordOf(body: string, id: string): SQSRecord {
  const attributes = {
    ApproximateReceiveCount: "1",
    SentTimestamp: "1790000000000",
    SenderId: "AROAEXAMPLE",
    ApproximateFirstReceiveTimestamp: "1790000000001",
  };
  const rest = { receiptHandle: `receipt-${id}`, messageAttributes: {}, md5OfBody: "", eventSource: "aws:sqs" };
  return { messageId: id, body, attributes, ...rest, eventSourceARN: queueArn, awsRegion: "eu-west-1" };
}

const contextOf = (invocation: number) =>
  ({
    awsRequestId: `request-${invocation}`,
    functionName: "poll-operation",
    functionVersion: "$LATEST",
    invokedFunctionArn: "arn:aws:lambda:eu-west-1:123456789012:function:poll-operation",
    memoryLimitInMB: "256",
    getRemainingTimeInMillis: () => 60_000,
  }) as Context;

/** Reads each message and forgets it. */
const bareMiddy = (): Handler =>
  middy<SQSEvent, SQSBatchResponse>().handler(async ({ Records }) => {
    for (const { body } of Records) JSON.parse(body);
    return { batchItemFailures: [] };
  }) as unknown as Handler;

/** A place for its idempotency records that costs nothing but itself. */
class InMemory extends BasePersistenceLayer {
  readonly #records = new Map<string, IdempotencyRecord>();
  protected async _deleteRecord({ idempotencyKey }: IdempotencyRecord): Promise<void> {
    this.#records.delete(idempotencyKey);
  }
  protected async _getRecord(key: string): Promise<IdempotencyRecord> {
    const record = this.#records.get(key);
    if (record) return record;
    throw new IdempotencyItemNotFoundError();
  }
  protected async _putRecord(record: IdempotencyRecord): Promise<void> {
    if (this.#records.has(record.idempotencyKey)) throw new IdempotencyItemAlreadyExistsError();
    this.#records.set(record.idempotencyKey, record);
  }
  protected async _updateRecord(record: IdempotencyRecord): Promise<void> {
    this.#records.set(record.idempotencyKey, record);
  }
}

function powertools(): Handler {
  const processor = new BatchProcessor(EventType.SQS);
  const logger = new Logger({ serviceName: "bench" });
  const config = new IdempotencyConfig({ eventKeyJmesPath: "messageId" });
  const handle = makeIdempotent(async ({ body }: SQSRecord) => JSON.parse(body), {
    persistenceStore: new InMemory(),
    config,
  });
  return middy<SQSEvent, SQSBatchResponse>()
    .use(injectLambdaContext(logger))
    .handler(async (event, context) => {
      config.registerLambdaContext(context);
      const response = await processPartialResponse(event, handle, processor, { context });
      logger.info("handled", { records: event.Records.length });
      return response;
    }) as unknown as Handler;
}

function hosted(handler: MessageHandler, voice: Voice = awsVoice(variables)): Handler {
  const queue = { maxDelayMs: 900_000, send: async () => {}, release: async () => true };
  const clock = { now: Date.now };
  const parts: FunctionParts = {
    ...{ voice, log: voice.log, after: systemAfter, clock },
    queue: () => queue,
    queueOf: () => pollOperation.name,
  };
  return queueFunction(parts, async () => handler) as unknown as Handler;
}

/** All of the engine: each message is a poll that finds nothing new. Bodies are those that the engine has sent itself. */
async function wholeDrover(): Promise<{ readonly handler: Handler; readonly bodies: readonly string[] }> {
  const sent: OutgoingMessage[] = [];
  const voice = awsVoice(variables);
  const ports: Ports = {
    ledger: mapLedger(),
    queue: { maxDelayMs: 900_000, send: async (messages) => void sent.push(...messages) },
    bus: { publish: async () => {} },
    clock: createClock(systemSources, () => {}),
    randomness: createRandomness(),
    log: voice.log,
    telemetry: voice.metrics,
  };
  const pollPace = { firstMs: 60_000, maxMs: 60_000 };
  const provider = {
    ...createStubProvider(),
    pollPace,
    poll: async () => ({ kind: "in-progress", status: "InProgress" }) as const,
  };
  const steps = { [startDeployment.name]: startDeployment, [pollOperation.name]: pollOperation };
  const runner = createRunner({ ports, steps, providerOf: async () => provider, retainMs: hourMs });
  const connectionKind = () => "azure-sphere" as const;
  const accept = createInboxHandler({ ports, routes: requestRoutes, connectionKind, idempotencyMs: hourMs });
  const context = { signal: new AbortController().signal, remainingMs: () => 60_000 };
  const deliver = (handler: MessageHandler, queue: string, body: string, id: string) =>
    handler({ queue, id, body, receives: 1, sentAt: Date.now() }, context);
  for (let index = 0; index < batch; index += 1)
    await deliver(accept, inboxQueue, requestBody(index), `inbox-${index}`);
  // The start, and the first poll, which writes down what the provider says.
  for (const queue of [startDeployment.name, pollOperation.name]) {
    for (const [index, { body }] of sent.splice(0).entries()) await deliver(runner, queue, body, `${queue}-${index}`);
  }
  const bodies = sent.splice(0).map(({ body }) => body);
  const handler: MessageHandler = async (delivery, given) => {
    const settlement = await runner(delivery, given);
    if (settlement.kind !== "acknowledge") throw new Error(`Expected a poll without a change, got ${settlement.cause}`);
    return settlement;
  };
  const hostedPolls = hosted(handler, voice);
  const polls: Handler = async (event, invoked) => {
    const answer = await hostedPolls(event, invoked);
    if (sent.splice(0).length === event.Records.length) return answer;
    throw new Error("Expected each poll to send the next one, got one that did not");
  };
  return { handler: polls, bodies };
}

function requestBody(index: number): string {
  const deviceGroupId = `9a0b0000-0000-4000-8000-${String(index).padStart(12, "0")}`;
  const data = { connection: "sphere", deviceGroupId, images: ["1a6e0000-0000-4000-8000-000000000001"] };
  return JSON.stringify({
    specversion: "1.0",
    id: `bench-${index}`,
    source: "/bench",
    type: "drover.azure-sphere.deploy",
    data,
  });
}

function mapLedger(): Ledger {
  const records = new Map<string, Stored>();
  const put = async (key: string, record: Stored["record"]) => {
    records.set(key, { key, record, version: record.nonce });
    return record.nonce;
  };
  return {
    create: async (key, record) => (records.has(key) ? undefined : put(key, record)),
    read: async (key) => records.get(key),
    write: async (key, record, expected) => (records.get(key)?.version === expected ? put(key, record) : undefined),
    remove: async (key) => records.delete(key),
    due: async () => [],
    listOperations: async () => ({ items: [] }),
    listByPrefix: async () => ({ items: [] }),
    durable: async () => {},
  };
}

async function subjectOf(kind: Kind): Promise<{ readonly handler: Handler; readonly bodies: readonly string[] }> {
  const { handler, bodies } = await wholeDrover();
  if (kind === "drover") return { handler, bodies };
  const parse: MessageHandler = async ({ body }) => {
    JSON.parse(body);
    return { kind: "acknowledge" };
  };
  const others = { middy: bareMiddy, powertools, "drover-host": () => hosted(parse) };
  return { handler: others[kind](), bodies };
}

/** Microseconds of the processor for each batch, in rounds. */
async function measure(kind: Kind, invocations: number): Promise<readonly number[]> {
  const { handler, bodies } = await subjectOf(kind);
  const rounds = 20;
  const perRound = Math.ceil(invocations / rounds);
  const micros: number[] = [];
  let invocation = 0;
  // The first rounds warm up.
  for (let round = -5; round < rounds; round += 1) {
    const before = process.cpuUsage();
    for (let index = 0; index < perRound; index += 1) {
      invocation += 1;
      const Records = bodies.map((body, at) => recordOf(body, `${invocation}-${at}`));
      const { batchItemFailures } = await handler({ Records }, contextOf(invocation));
      if (batchItemFailures.length > 0) throw new Error(`Expected no failure in ${kind}, got one`);
    }
    const { user, system } = process.cpuUsage(before);
    if (round >= 0) micros.push((user + system) / perRound);
  }
  return micros;
}

const [, , kind, invocations] = process.argv;
if (process.send) process.send(await measure(kind as Kind, Number(invocations)));
