import type { Context, SQSBatchResponse, SQSRecord } from "aws-lambda";
import { onTestFinished } from "vitest";
import { serveOnLoopback } from "../../../emulators/serve.ts";
import { createSqsEmulator } from "../../../emulators/sqs/index.ts";
import { decodeDeadLetter } from "../../../lib/contracts/dead-letter.ts";
import type { MessageHandler } from "../../../lib/contracts/ports.ts";
import { type FunctionParts, queueFunction } from "../../../lib/platforms/aws/lambda/functions.ts";
import { awsVoice } from "../../../lib/platforms/aws/platform.ts";
import { awsQueue } from "../../../lib/platforms/aws/queue.ts";
import { queueNames, queueUrls } from "../../../lib/platforms/aws/queue-urls.ts";
import { VirtualClock } from "../../simulation/virtual-clock.ts";
import { startFaultProxy } from "./fault-proxy.ts";
import { accessKey, impatience, region, settingsFor } from "./settings.ts";

export const timeoutMs = 30_000;

/** One queue function over an emulated SQS, on virtual time. */
export async function lambdaWorld(handler: MessageHandler, queue = "poll-operation") {
  const clock = new VirtualClock(Date.UTC(2026, 10, 21));
  const emulator = createSqsEmulator({ now: () => clock.now() });
  emulator.configure({ signatureSkewMs: Number.POSITIVE_INFINITY });
  emulator.seedAccessKey(accessKey);
  for (const name of [queue, `${queue}-dead-letters`])
    emulator.seedQueue(`drover-${name}`, { visibilityTimeoutSeconds: 180 });
  const server = await serveOnLoopback((request) => emulator.fetch(request));
  const proxy = await startFaultProxy(server.url);
  onTestFinished(async () => {
    await proxy.close();
    await server.close();
  });
  const variables = {
    DROVER_QUEUE_URL_PREFIX: `${proxy.url}/000000000000/drover-`,
    AWS_LAMBDA_FUNCTION_NAME: queue,
    DROVER_LOG_LEVEL: "debug",
  };
  const aws = awsQueue({ settings: settingsFor(proxy.url), urls: queueUrls(variables), persistence: impatience() });
  const lines: string[] = [];
  const voice = awsVoice(variables, { write: (line) => void lines.push(line) });
  const parts: FunctionParts = {
    voice,
    log: voice.log,
    clock,
    after: (ms, callback) => clock.after(ms, callback),
    queue: () => aws,
    queueOf: queueNames(variables),
  };
  const lambda = queueFunction(parts, async () => handler);
  const endsAt = () => clock.monotonicMs() + timeoutMs;

  /** Puts messages in flight, as an event-source mapping does. */
  async function records(bodies: readonly string[], receives = 1): Promise<SQSRecord[]> {
    await aws.send(bodies.map((body) => ({ queue, body })));
    const received = await aws.receive(queue, 10, 180_000);
    proxy.clearLog();
    return received.map(({ id, body, receipt, sentAt }) => ({
      ...{ messageId: id, body, receiptHandle: receipt, messageAttributes: {}, md5OfBody: "", eventSource: "aws:sqs" },
      attributes: {
        ...{ ApproximateReceiveCount: String(receives), SentTimestamp: String(sentAt), SenderId: "" },
        ApproximateFirstReceiveTimestamp: "",
      },
      eventSourceARN: `arn:aws:sqs:${region}:000000000000:drover-${queue}`,
      awsRegion: region,
    }));
  }

  return {
    clock,
    emulator,
    proxy,
    lines,
    lambda,
    records,
    logs: () => lines.map((line) => JSON.parse(line)).filter(({ level }) => level !== undefined),
    async invoke(Records: readonly Partial<SQSRecord>[], limitMs?: number): Promise<string[]> {
      const until = limitMs === undefined ? endsAt() : clock.monotonicMs() + limitMs;
      const left = () => Math.max(0, until - clock.monotonicMs());
      const context = { awsRequestId: "request-1", getRemainingTimeInMillis: left } as Context;
      const answer = await lambda({ Records: Records as SQSRecord[] }, context, () => undefined);
      return (answer as SQSBatchResponse).batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
    },
    letters: () => emulator.messages(`drover-${queue}-dead-letters`).map(({ body }) => decodeDeadLetter(body)),
    /** Seconds until the messages in flight are visible again, by body. */
    visibleIn: () =>
      Object.fromEntries(
        emulator
          .messages(`drover-${queue}`)
          .map(({ body, visibleAtMs }) => [body, Math.round((visibleAtMs - clock.now()) / 1000)]),
      ),
  };
}
