import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context, Handler } from "aws-lambda";
import { bind as acceptRequest } from "../../../functions/accept-request/aws.ts";
import { bind as applyDpsChange } from "../../../functions/apply-dps-change/aws.ts";
import { bind as awaitChildren } from "../../../functions/await-children/aws.ts";
import { type AwsHost, createAwsHost } from "../../../functions/aws/host.ts";
import { bind as cleanUpDeployment } from "../../../functions/clean-up-deployment/aws.ts";
import { bind as createProvisioningClaim } from "../../../functions/create-provisioning-claim/aws.ts";
import { bind as pollOperation } from "../../../functions/poll-operation/aws.ts";
import { bind as provisionPanoramaDevice } from "../../../functions/provision-panorama-device/aws.ts";
import { bind as receiveWebhook } from "../../../functions/receive-webhook/aws.ts";
import { bind as recordDeadLetter } from "../../../functions/record-dead-letter/aws.ts";
import { bind as rotateDpsKeys } from "../../../functions/rotate-dps-keys/aws.ts";
import { bind as runSchedules } from "../../../functions/run-schedules/aws.ts";
import { bind as startChildren } from "../../../functions/start-children/aws.ts";
import { bind as startDeployment } from "../../../functions/start-deployment/aws.ts";
import { bind as sweepOverdue } from "../../../functions/sweep-overdue/aws.ts";
import type { DroverEvent } from "../../../lib/contracts/event.ts";
import { deadLetterQueueOf } from "../../../lib/contracts/ports.ts";
import { createDynamoLedger } from "../../../lib/platforms/aws/ledger/ledger.ts";
import { SeededRandomness, VirtualClock } from "../../simulation/virtual-clock.ts";
import { type AwsCloud, openAwsCloud, queuePrefix, workQueues } from "../../e2e/aws-cloud.ts";
import { bearer, Clouds, configurationFor } from "../../e2e/clouds.ts";
import { EventSource, type QueueFunction } from "../../e2e/event-source.ts";
import { eachOnce, type HttpAnswer, type Rig } from "../../e2e/rig.ts";

/** The entry behind each queue, as it is shipped. */
const entries: Readonly<Record<string, (host: AwsHost) => QueueFunction>> = {
  inbox: acceptRequest,
  "start-deployment": startDeployment,
  "poll-operation": pollOperation,
  "rotate-dps-keys": rotateDpsKeys,
  "apply-dps-change": applyDpsChange,
  "provision-panorama-device": provisionPanoramaDevice,
  "create-provisioning-claim": createProvisioningClaim,
  "clean-up-deployment": cleanUpDeployment,
  "start-children": startChildren,
  "await-children": awaitChildren,
};
/** Of every function (ms). */
const timeoutMs = 30_000;
const minuteMs = 60_000;

export interface AwsRig extends Rig {
  readonly cloud: AwsCloud;
  readonly source: EventSource;
  /** Lines of logs and metrics of all functions. */
  readonly lines: readonly string[];
  /** All instances are gone: each function starts cold at its next call. */
  recycle(): void;
  sweep(): Promise<void>;
  /** The HTTP function, with an event of one's own. */
  invokeHttp(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2>;
}

export interface AwsRigOptions {
  readonly sphereMs?: number;
  readonly configuration?: Readonly<Record<string, unknown>>;
  readonly requestTimeoutMs?: number;
  /** Of the environment, over those that every function has. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** The shipped entries behind emulated services, on virtual time: one instance of each function, one batch at a time. */
export async function awsRig({
  sphereMs,
  configuration = {},
  requestTimeoutMs = 5_000,
  variables = {},
}: AwsRigOptions = {}): Promise<AwsRig> {
  const clock = new VirtualClock(Date.UTC(2026, 10, 21));
  const clouds = new Clouds(
    { now: () => clock.now(), pass: (ms) => clock.advance(ms) },
    sphereMs === undefined ? {} : { sphereMs },
  );
  const cloud = await openAwsCloud(() => clock.now(), { ...configurationFor({ kind: "aws" }), ...configuration });
  const randomness = new SeededRandomness(7);
  const chance = new SeededRandomness(11);
  const lines: string[] = [];
  const instances = new Map<string, Handler>();
  let requests = 0;

  const hostOf = (name: string) =>
    createAwsHost({
      variables: { ...cloud.variables, ...variables, AWS_LAMBDA_FUNCTION_NAME: name },
      clock,
      randomness,
      after: (ms, callback) => clock.after(ms, callback),
      persistence: { attempts: 3, firstPauseMs: 100, pause: async () => undefined, chance: () => chance.fraction() },
      requestTimeoutMs,
      write: (line) => void lines.push(line),
      fetch: clouds.fetch,
      startTimer: clouds.startTimer,
    });
  function instance(name: string, bind: (host: AwsHost) => Handler): Handler {
    const known = instances.get(name) ?? bind(hostOf(name));
    instances.set(name, known);
    return known;
  }
  function lambdaContext(name: string): Context {
    (globalThis as any).__marks?.push({ name, at: cloud.proxy.log.length });
    const endsAt = clock.monotonicMs() + timeoutMs;
    requests += 1;
    const awsRequestId = `request-${requests}`;
    return {
      awsRequestId,
      functionName: name,
      getRemainingTimeInMillis: () => Math.max(0, endsAt - clock.monotonicMs()),
    } as Context;
  }
  const source = new EventSource(cloud.url, lambdaContext);
  const functionBehind = (queue: string): [name: string, bind: (host: AwsHost) => Handler] => {
    const bind = entries[queue];
    return bind ? [queue, bind] : ["record-dead-letter", recordDeadLetter];
  };
  const queues = [...workQueues, ...workQueues.map(deadLetterQueueOf)];
  const nextVisibleAt = (queue: string) =>
    Math.min(
      Number.POSITIVE_INFINITY,
      ...cloud.sqs.messages(`${queuePrefix}${queue}`).map(({ visibleAtMs }) => visibleAtMs),
    );
  let nextMinuteAt = clock.now() + minuteMs;

  async function onSchedule(name: string, bind: (host: AwsHost) => Handler): Promise<void> {
    // What fails is called again in a minute.
    await Promise.resolve(instance(name, bind)({}, lambdaContext(name), () => undefined)).catch(() => undefined);
  }

  /** Whatever comes next. */
  async function step(): Promise<void> {
    const ready = queues.filter((queue) => nextVisibleAt(queue) <= clock.now());
    for (const queue of ready) await source.deliver(queue, instance(...functionBehind(queue)) as QueueFunction);
    if (ready.length > 0) return;
    if (nextMinuteAt > clock.now()) {
      clock.advance(Math.min(nextMinuteAt, ...queues.map(nextVisibleAt)) - clock.now());
      return;
    }
    nextMinuteAt += minuteMs;
    await onSchedule("run-schedules", runSchedules);
    await onSchedule("sweep-overdue", sweepOverdue);
  }

  const invokeHttp = async (event: APIGatewayProxyEventV2) =>
    (await instance("receive-webhook", receiveWebhook)(
      event,
      lambdaContext("receive-webhook"),
      () => undefined,
    )) as APIGatewayProxyStructuredResultV2;

  return {
    name: "aws",
    clouds,
    cloud,
    source,
    lines,
    ledger: createDynamoLedger({ client: cloud.dynamo.client, table: cloud.table, clock }),
    now: () => clock.now(),
    recycle: () => instances.clear(),
    sweep: () => onSchedule("sweep-overdue", sweepOverdue),
    send: (queue, body) => source.send(queue, body),
    invokeHttp,
    http: async (method, path, body) => answerOf(await invokeHttp(httpEvent(method, path, body))),
    async until(what, done, withinMs = 3_600_000) {
      const endsAt = clock.now() + withinMs;
      while (!(await done())) {
        if (clock.now() >= endsAt) throw new Error(`Expected ${what} within ${withinMs} ms, got no end`);
        await step();
      }
    },
    async events() {
      return eachOnce(cloud.eventBridge.events().map(({ detail }): DroverEvent => JSON.parse(detail)));
    },
    async close() {
      source.close();
      await cloud.close();
    },
  };
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html */
export function httpEvent(method: string, path: string, body?: unknown): APIGatewayProxyEventV2 {
  const [rawPath = "", rawQueryString = ""] = path.split("?");
  const domainName = "abcdefghij.execute-api.eu-central-1.amazonaws.com";
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath,
    rawQueryString,
    headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json", host: domainName },
    requestContext: {
      ...{ accountId: "000000000000", apiId: "abcdefghij", domainName, domainPrefix: "abcdefghij" },
      http: { method, path: rawPath, protocol: "HTTP/1.1", sourceIp: "192.0.2.1", userAgent: "test" },
      ...{ requestId: "id", routeKey: "$default", stage: "$default", time: "", timeEpoch: 0 },
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    isBase64Encoded: false,
  };
}

function answerOf({
  statusCode = 0,
  headers = {},
  body = "",
  isBase64Encoded = false,
}: APIGatewayProxyStructuredResultV2): HttpAnswer {
  const all = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  return { status: statusCode, headers: all, bytes: Buffer.from(body, isBase64Encoded ? "base64" : "utf8") };
}
