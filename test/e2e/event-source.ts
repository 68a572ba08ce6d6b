import {
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import type { Context, Handler, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { clientOptions } from "../../lib/platforms/aws/clients.ts";
import { region, settingsFor } from "../platforms/aws/settings.ts";
import { queuePrefix } from "./aws-cloud.ts";

export type QueueFunction = Handler<SQSEvent, SQSBatchResponse>;

/** What Lambda does between a queue and a function: receives, calls, and removes what the function has not named as failed. */
export class EventSource {
  readonly #client: SQSClient;
  readonly #url: string;
  readonly #lambdaContext: (name: string) => Context;
  readonly batches: { readonly queue: string; readonly receives: readonly number[]; readonly failed: number }[] = [];

  constructor(url: string, lambdaContext: (name: string) => Context) {
    this.#client = new SQSClient(clientOptions(settingsFor(url)));
    this.#url = url;
    this.#lambdaContext = lambdaContext;
  }

  async send(queue: string, MessageBody: string): Promise<void> {
    await this.#client.send(new SendMessageCommand({ QueueUrl: this.#urlOf(queue), MessageBody }));
  }

  /** One batch, if anything is visible. @param batchSize as in the event-source mapping */
  async deliver(queue: string, handler: QueueFunction, batchSize = 10): Promise<number> {
    const { Messages = [] } = await this.#client.send(
      new ReceiveMessageCommand({
        QueueUrl: this.#urlOf(queue),
        MaxNumberOfMessages: batchSize,
        MessageSystemAttributeNames: ["All"],
      }),
    );
    if (Messages.length === 0) return 0;
    const event: SQSEvent = { Records: Messages.map((message) => recordOf(queue, message)) };
    const failed = await this.#invoke(queue, handler, event);
    this.batches.push({
      queue,
      receives: event.Records.map(({ attributes }) => Number(attributes.ApproximateReceiveCount)),
      failed: failed.size,
    });
    for (const { MessageId = "", ReceiptHandle } of Messages) {
      if (failed.has(MessageId)) continue;
      await this.#client.send(new DeleteMessageCommand({ QueueUrl: this.#urlOf(queue), ReceiptHandle }));
    }
    return Messages.length;
  }

  /** A function that throws, or names nothing that was in its batch, keeps the whole batch. */
  async #invoke(queue: string, handler: QueueFunction, event: SQSEvent): Promise<ReadonlySet<string>> {
    const all = new Set(event.Records.map(({ messageId }) => messageId));
    try {
      const response = (await handler(event, this.#lambdaContext(queue), () => undefined)) as SQSBatchResponse;
      const failed = response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
      return failed.every((id) => all.has(id)) ? new Set(failed) : all;
    } catch {
      return all;
    }
  }

  #urlOf(queue: string): string {
    return `${this.#url}/000000000000/${queuePrefix}${queue}`;
  }

  close(): void {
    this.#client.destroy();
  }
}

/** As Lambda builds it. @see https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
function recordOf(queue: string, message: Message): SQSRecord {
  const { MessageId = "", Body = "", ReceiptHandle = "", Attributes = {} } = message;
  return {
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    attributes: {
      ApproximateReceiveCount: Attributes.ApproximateReceiveCount ?? "",
      ApproximateFirstReceiveTimestamp: Attributes.ApproximateFirstReceiveTimestamp ?? "",
      SentTimestamp: Attributes.SentTimestamp ?? "",
      SenderId: "AIDAIENQZJOLO23YVJ4VO",
    },
    messageAttributes: {},
    md5OfBody: message.MD5OfBody ?? "",
    eventSource: "aws:sqs",
    eventSourceARN: `arn:aws:sqs:${region}:000000000000:${queuePrefix}${queue}`,
    awsRegion: region,
  };
}
