import type { Answer } from "../exchange/answer.ts";

const JSON_1_0 = "application/x-amz-json-1.0";

export function awsJson(value: unknown): Answer {
  return { status: 200, headers: { "content-type": JSON_1_0 }, text: JSON.stringify(value) };
}

/** Older names of errors, which a header goes on telling. */
const QUERY_NAMES: Readonly<Record<string, string>> = {
  BatchEntryIdsNotDistinct: "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
  BatchRequestTooLong: "AWS.SimpleQueueService.BatchRequestTooLong",
  EmptyBatchRequest: "AWS.SimpleQueueService.EmptyBatchRequest",
  InvalidBatchEntryId: "AWS.SimpleQueueService.InvalidBatchEntryId",
  MessageNotInflight: "AWS.SimpleQueueService.MessageNotInflight",
  QueueDoesNotExist: "AWS.SimpleQueueService.NonExistentQueue",
  TooManyEntriesInBatchRequest: "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
};

export function awsError(status: number, type: string, message: string): Answer {
  const fault = status >= 500 ? "Receiver" : "Sender";
  return {
    status,
    headers: { "content-type": JSON_1_0, "x-amzn-query-error": `${QUERY_NAMES[type] ?? type};${fault}` },
    text: JSON.stringify({ __type: `com.amazonaws.sqs#${type}`, message }),
  };
}

/** What an action throws to refuse; the exchange knows answers only. */
export class Refusal extends Error {
  readonly answer: Answer;
  constructor(type: string, message: string) {
    super(message);
    this.answer = awsError(400, type, message);
  }
}
