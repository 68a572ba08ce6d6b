import { deadLetterQueueOf, type OutgoingMessage } from "../../contracts/ports.ts";
import { carriedBody, checkDelay, checkSize } from "../carried-body.ts";

/** @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
export const maxDelayMs = 900_000;
/** Every 64 KiB are billed as a request, and what an Azure queue cannot carry is not sent here either. */
const maxBodyBytes = 64 * 1024;
/** A dead letter carries another message with its quotation marks escaped (`deadLetterBodyLength`, three bytes a character). */
const maxDeadLetterBytes = 256 * 1024;

const isDeadLetterQueue = (queue: string) => queue.endsWith(deadLetterQueueOf(""));

export const bytesOf = (message: Pick<OutgoingMessage, "body">) => Buffer.byteLength(message.body);

export const secondsOf = (ms: number) => Math.ceil(ms / 1_000);

/**
 * The message as SQS takes it.
 * @throws InvalidInputError for a delay or a body that SQS cannot carry; never quotes the body
 */
export function carried(message: OutgoingMessage): OutgoingMessage {
  checkDelay(message, maxDelayMs);
  const { queue } = message;
  const body = carriedBody(message, "SQS");
  checkSize({ queue, body }, isDeadLetterQueue(queue) ? maxDeadLetterBytes : maxBodyBytes);
  return { ...message, body };
}
