import { DescribeEventBusCommand, EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { InvalidInputError, RetryableError } from "../../contracts/errors.ts";
import type { DroverEvent } from "../../contracts/event.ts";
import type { Bus } from "../../contracts/ports.ts";
import { batchesOf, eachOf } from "../batches.ts";
import { lazily } from "../made-once.ts";
import { defaultPersistence, type Persistence, pauseBefore, trying } from "../trying.ts";
import { type AwsSettings, clientOptions } from "./clients.ts";
import { type Asked, failureOf, type Refused, refusalOf } from "./failures.ts";

/** @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const maxBatchEntries = 10;
/** 1 MB since 2026; the bound that every region takes. */
const maxBatchBytes = 256 * 1024;
/** Above what a ledger item, in which an event waits, can hold (`limits.itemBytes`): one billed event each. */
const maxEventBytes = 64 * 1024;
const batchConcurrency = 4;
/** What rules match on; the event's own `source` stands in its detail. */
const source = "drover";

export interface AwsBusOptions {
  readonly settings: AwsSettings;
  /** Name or ARN. */
  readonly busName: string;
  readonly persistence?: Persistence;
}

interface Entry {
  readonly Source: string;
  readonly DetailType: string;
  /** The whole CloudEvent: the same on every platform. */
  readonly Detail: string;
  readonly Time: Date;
}

/**
 * EventBridge. An entry is repeated until it was taken: what is there twice has the same CloudEvent `id` twice.
 * PutEvents answers 200 and an event id for a bus that does not exist, and the event is gone. So the bus is looked up before the
 * first event of an instance.
 * @see https://github.com/aws/aws-cli/issues/9186
 */
export function awsBus({ settings, busName, persistence = defaultPersistence }: AwsBusOptions): Bus {
  const client = lazily(() => new EventBridgeClient(clientOptions(settings)));
  const asked: Asked = {
    provider: "eventbridge",
    about: `the bus ${busName} to take events`,
    permission: "events:PutEvents and events:DescribeEventBus",
    whenMissing: "create the bus, or correct DROVER_BUS_NAME",
  };
  let isThere = false;

  async function assertBus(): Promise<void> {
    if (isThere) return;
    await trying(persistence, () =>
      client()
        .send(new DescribeEventBusCommand({ Name: busName }))
        .catch((error: unknown) => {
          throw failureOf(error, asked);
        }),
    );
    isThere = true;
  }

  async function putBatch(entries: readonly Entry[]): Promise<void> {
    let left = entries;
    for (let attempt = 1; ; attempt += 1) {
      if (attempt > 1) await pauseBefore(attempt, persistence);
      const outcome = await putOnce(left);
      left = outcome.left;
      if (left.length === 0) return;
      if (!(outcome.failure instanceof RetryableError) || attempt >= persistence.attempts) throw outcome.failure;
    }
  }

  /** One call. Results stand in the order of the entries; only one with an event id was taken. */
  async function putOnce(entries: readonly Entry[]) {
    try {
      const { Entries: results = [] } = await client().send(
        new PutEventsCommand({ Entries: entries.map((entry) => ({ ...entry, EventBusName: busName })) }),
      );
      const left = entries.filter((_, index) => results[index]?.EventId === undefined);
      const codes = results.flatMap(({ EventId, ErrorCode }) => (EventId === undefined ? [ErrorCode] : []));
      const failures = codes.map((code) => refusalOf(refusedEntry(code), asked));
      // What will never pass goes first: repeating the others would only hide it.
      const failure = failures.find((one) => !(one instanceof RetryableError)) ?? failures[0];
      return { left, failure: failure ?? refusalOf({ type: "IncompleteAnswer" }, asked) };
    } catch (error) {
      return { left: entries, failure: failureOf(error, asked) };
    }
  }

  return {
    async publish(events) {
      if (events.length === 0) return;
      const entries = events.map(entryOf);
      await assertBus();
      const batches = batchesOf(entries, maxBatchEntries, maxBatchBytes, bytesOf);
      await eachOf(batches, batchConcurrency, putBatch);
    },
  };
}

/** The codes that pass are known by name (`failures.ts`); any other one is about the entry. */
const refusedEntry = (code: string | undefined): Refused =>
  code === undefined ? { type: "IncompleteAnswer" } : { type: code, status: 400 };

function entryOf(event: DroverEvent): Entry {
  const entry = { Source: source, DetailType: event.type, Detail: JSON.stringify(event), Time: new Date(event.time) };
  const bytes = bytesOf(entry);
  if (bytes <= maxEventBytes) return entry;
  throw new InvalidInputError(`Expected an event of at most ${maxEventBytes} bytes, got ${bytes} as ${event.type}`, {
    code: "too-large",
  });
}

/** @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html#eb-putevents-size */
function bytesOf({ Source, DetailType, Detail }: Entry): number {
  return 14 + Buffer.byteLength(Source) + Buffer.byteLength(DetailType) + Buffer.byteLength(Detail);
}
