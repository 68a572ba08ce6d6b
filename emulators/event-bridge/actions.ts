import type { Answer } from "../exchange/answer.ts";
import { fieldsOf } from "../exchange/call.ts";
import { awsError, awsJson } from "./answers.ts";
import type { BusEvent, EventBridgeWorld } from "./world.ts";

const MAX_ENTRIES = 10;
/** Longer ones are answered with an id and never match a rule. @see https://github.com/segmentio/action-destinations/pull/2828 */
const MAX_DETAIL_TYPE = 128;
const TIME_BYTES = 14;

type Input = Readonly<Record<string, unknown>>;
type Action = (world: EventBridgeWorld, input: Input, atMs: number) => Answer;

export const ACTIONS: Readonly<Record<string, Action>> = {
  DescribeEventBus: describeEventBus,
  PutEvents: putEvents,
};

function describeEventBus(world: EventBridgeWorld, input: Input): Answer {
  const name = busName(input["Name"]);
  if (!world.buses.has(name)) {
    return awsError(400, "ResourceNotFoundException", `Event bus ${name} does not exist.`);
  }
  const { region, accountId } = world.settings;
  return awsJson(200, { Name: name, Arn: `arn:aws:events:${region}:${accountId}:event-bus/${name}` });
}

function putEvents(world: EventBridgeWorld, input: Input, atMs: number): Answer {
  const { Entries: entries } = input;
  if (!Array.isArray(entries) || entries.length === 0 || entries.length > MAX_ENTRIES) {
    const bound =
      Array.isArray(entries) && entries.length > 0 ? "less than or equal to 10" : "greater than or equal to 1";
    const message = `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length ${bound}`;
    return awsError(400, "ValidationException", message);
  }
  const fields = entries.map((entry) => fieldsOf(entry) ?? {});
  if (fields.reduce((sum, entry) => sum + sizeOf(entry), 0) > world.settings.maxRequestBytes) {
    return awsError(400, "ValidationException", "Total size of the entries in the request is over the limit.");
  }
  const results = fields.map((entry, index) => putEvent(world, entry, index, atMs));
  const FailedEntryCount = results.filter((result) => "ErrorCode" in result).length;
  return awsJson(200, { FailedEntryCount, Entries: results });
}

function putEvent(world: EventBridgeWorld, entry: Input, index: number, atMs: number): object {
  if (world.failing?.indexes.includes(index)) return failed(world.failing.code, "A scripted failure.");
  for (const name of ["Source", "DetailType", "Detail"]) {
    const value = entry[name];
    if (typeof value === "string" && value !== "") continue;
    return failed("InvalidArgument", `Parameter ${name} is not valid. Reason: ${name} is a required argument.`);
  }
  const { Source: source, DetailType: detailType, Detail: detail } = entry;
  if (String(source).startsWith("aws."))
    return failed("NotAuthorizedForSourceException", "Not authorized for the source.");
  if (!isObject(String(detail))) return failed("MalformedDetail", "Detail is malformed.");
  const bus = busName(entry["EventBusName"]);
  const event: BusEvent = {
    id: world.newId(),
    bus,
    source: String(source),
    detailType: String(detailType),
    detail: String(detail),
    time: new Date(typeof entry["Time"] === "number" ? entry["Time"] * 1_000 : atMs).toISOString(),
    receivedAtMs: atMs,
  };
  // The service answers with an id all the same. @see https://github.com/aws/aws-cli/issues/9186
  const isKept = world.buses.has(bus) && event.detailType.length <= MAX_DETAIL_TYPE;
  (isKept ? world.events : world.discarded).push(event);
  return { EventId: event.id };
}

function failed(code: string, message: string): object {
  return { ErrorCode: code, ErrorMessage: message };
}

/** A name, or an ARN that ends in one. */
function busName(value: unknown): string {
  return typeof value === "string" ? value.replace(/^arn:.*:event-bus\//, "") : "default";
}

/** @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html */
function sizeOf(entry: Input): number {
  const { Source, DetailType, Detail, Resources } = entry;
  const texts = [Source, DetailType, Detail, ...(Array.isArray(Resources) ? Resources : [])];
  const time = entry["Time"] === undefined ? 0 : TIME_BYTES;
  return texts.reduce((sum: number, text) => sum + (typeof text === "string" ? Buffer.byteLength(text) : 0), time);
}

function isObject(text: string): boolean {
  try {
    return fieldsOf(JSON.parse(text)) !== null;
  } catch {
    return false;
  }
}
