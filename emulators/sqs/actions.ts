import type { Answer } from "../exchange/answer.ts";
import { fieldsOf } from "../exchange/call.ts";
import { awsJson, Refusal } from "./answers.ts";
import { isWhole, md5, problemOf, within } from "./bodies.ts";
import type { Queue, StoredMessage } from "./queue.ts";
import type { SqsWorld } from "./world.ts";

const MAX_ENTRIES = 10;
const MAX_BATCH_BYTES = 1_048_576;
const MAX_VISIBILITY_SECONDS = 43_200;

type Input = Readonly<Record<string, unknown>>;
type Action = (world: SqsWorld, input: Input, atMs: number) => Answer;
/** @throws Refusal */
type EntryAction = (world: SqsWorld, queue: Queue, entry: Input, atMs: number) => object;

export const ACTIONS: Readonly<Record<string, Action>> = {
  ChangeMessageVisibility: (world, input, atMs) => awsJson(changeVisibility(world, queueOf(world, input), input, atMs)),
  ChangeMessageVisibilityBatch: (world, input, atMs) => batch(world, input, atMs, changeVisibility),
  DeleteMessage: (world, input) => awsJson(deleteMessage(world, queueOf(world, input), input)),
  DeleteMessageBatch: (world, input, atMs) => batch(world, input, atMs, deleteMessage),
  GetQueueUrl: getQueueUrl,
  ReceiveMessage: receiveMessage,
  SendMessage: (world, input, atMs) => awsJson(sendMessage(world, queueOf(world, input), input, atMs)),
  SendMessageBatch: sendMessageBatch,
};

function queueOf(world: SqsWorld, input: Input): Queue {
  const { QueueUrl: url } = input;
  const path = typeof url === "string" && URL.canParse(url) ? new URL(url).pathname : String(url ?? "");
  const queue = world.queues.get(path.split("/").at(-1) ?? "");
  if (queue === undefined) throw new Refusal("QueueDoesNotExist", "The specified queue does not exist.");
  return queue;
}

function getQueueUrl(world: SqsWorld, input: Input): Answer {
  const { region, accountId } = world.settings;
  const { name } = queueOf(world, { QueueUrl: input["QueueName"] });
  return awsJson({ QueueUrl: `https://sqs.${region}.amazonaws.com/${accountId}/${name}` });
}

function sendMessage(world: SqsWorld, queue: Queue, entry: Input, atMs: number): object {
  const { MessageBody: body, DelaySeconds: delay } = entry;
  const problem = problemOf(queue, body, delay);
  if (problem !== null) throw new Refusal(problem.code, problem.message);
  const id = world.newId();
  queue.send(id, String(body), typeof delay === "number" ? delay : queue.attributes.delaySeconds, atMs);
  return { MessageId: id, MD5OfMessageBody: md5(String(body)) };
}

function sendMessageBatch(world: SqsWorld, input: Input, atMs: number): Answer {
  const bytes = entriesOf(input).reduce((sum, { MessageBody: body }) => sum + Buffer.byteLength(String(body ?? "")), 0);
  if (bytes > MAX_BATCH_BYTES) {
    throw new Refusal("BatchRequestTooLong", `Batch requests cannot be longer than ${MAX_BATCH_BYTES} bytes.`);
  }
  return batch(world, input, atMs, sendMessage);
}

function receiveMessage(world: SqsWorld, input: Input, atMs: number): Answer {
  const queue = queueOf(world, input);
  const max = within(input["MaxNumberOfMessages"], "MaxNumberOfMessages", 1, 10, 1);
  const { visibilityTimeoutSeconds } = queue.attributes;
  const visibility = input["VisibilityTimeout"];
  const seconds = within(visibility, "VisibilityTimeout", 0, MAX_VISIBILITY_SECONDS, visibilityTimeoutSeconds);
  const asked = [input["MessageSystemAttributeNames"], input["AttributeNames"]].flat().map(String);
  const received = queue.receive(max, seconds, atMs, world.newId);
  if (received.length === 0) return awsJson({});
  return awsJson({ Messages: received.map((message) => shown(message, asked)) });
}

function shown(message: StoredMessage, asked: readonly string[]): object {
  const all: Readonly<Record<string, string>> = {
    ApproximateReceiveCount: String(message.receives),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAtMs),
    SentTimestamp: String(message.sentAtMs),
  };
  const wanted = Object.entries(all).filter(([name]) => asked.includes(name) || asked.includes("All"));
  return {
    MessageId: message.id,
    ReceiptHandle: message.receipt,
    MD5OfBody: md5(message.body),
    Body: message.body,
    ...(wanted.length === 0 ? {} : { Attributes: Object.fromEntries(wanted) }),
  };
}

function deleteMessage(_world: SqsWorld, queue: Queue, entry: Input): object {
  queue.remove(receiptOf(entry));
  return {};
}

function changeVisibility(_world: SqsWorld, queue: Queue, entry: Input, atMs: number): object {
  const { VisibilityTimeout: seconds } = entry;
  if (!isWhole(seconds, 0, MAX_VISIBILITY_SECONDS)) {
    throw new Refusal("InvalidParameterValue", "Value for parameter VisibilityTimeout is invalid.");
  }
  const message = queue.inFlight(receiptOf(entry), atMs);
  if (message === null) {
    const text = "Message does not exist or is not available for visibility timeout change.";
    throw new Refusal("MessageNotInflight", text);
  }
  message.visibleAtMs = atMs + seconds * 1_000;
  return {};
}

function receiptOf({ ReceiptHandle: receipt }: Input): string {
  if (typeof receipt === "string" && receipt !== "") return receipt;
  throw new Refusal("MissingParameter", "The request must contain the parameter ReceiptHandle.");
}

function entriesOf(input: Input): readonly Input[] {
  const { Entries: entries } = input;
  return Array.isArray(entries) ? entries.map((entry) => fieldsOf(entry) ?? {}) : [];
}

/** The answer is 200 whatever becomes of the entries: each has a result of its own. */
function batch(world: SqsWorld, input: Input, atMs: number, act: EntryAction): Answer {
  const queue = queueOf(world, input);
  const entries = entriesOf(input);
  const ids = entries.map(({ Id: id }) => String(id ?? ""));
  if (entries.length === 0) throw new Refusal("EmptyBatchRequest", "The batch request doesn't contain any entries.");
  if (entries.length > MAX_ENTRIES) {
    throw new Refusal("TooManyEntriesInBatchRequest", `Maximum number of entries per request are ${MAX_ENTRIES}.`);
  }
  if (ids.some((id) => !/^[A-Za-z0-9_-]{1,80}$/.test(id))) {
    throw new Refusal(
      "InvalidBatchEntryId",
      "A batch entry id can only contain alphanumeric characters, hyphens and underscores.",
    );
  }
  if (new Set(ids).size < ids.length) {
    throw new Refusal("BatchEntryIdsNotDistinct", "Two or more batch entries in the request have the same Id.");
  }
  const Successful: object[] = [];
  const Failed: object[] = [];
  for (const [index, entry] of entries.entries()) {
    const Id = ids[index];
    if (world.failing?.indexes.includes(index)) {
      Failed.push({ Id, SenderFault: false, Code: world.failing.code, Message: "A scripted failure." });
      continue;
    }
    try {
      Successful.push({ Id, ...act(world, queue, entry, atMs) });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { __type: type = "" } = JSON.parse(error.answer.text);
      Failed.push({ Id, SenderFault: true, Code: String(type).replace(/^.*#/, ""), Message: error.message });
    }
  }
  return awsJson({ Successful, ...(Failed.length === 0 ? {} : { Failed }) });
}
