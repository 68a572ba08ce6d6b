import { InvalidInputError } from "../../contracts/errors.ts";
import type { DroverEvent } from "../../contracts/event.ts";
import type { Bus } from "../../contracts/ports.ts";
import type { Secret } from "../../contracts/secret.ts";
import type { Fetch } from "../../providers/exchange.ts";
import { batchesOf, eachOf } from "../batches.ts";
import { defaultPersistence, type Persistence, trying } from "../trying.ts";
import { type Asked, refusalOf } from "./failures.ts";
import { type Authority, bearer, refusedIn, restSender } from "./rest.ts";
import type { AzureSettings } from "./settings.ts";
import { scopes, type Tokens } from "./tokens.ts";

/** 1 MB is what a topic takes at once, and 64 KiB are billed as one event: a quarter is far from every bound. */
const maxBatchBytes = 256 * 1024;
const maxBatchEvents = 100;
/** Above what a ledger row, in which an event waits, can hold (`limits.itemBytes`): one billed event each. */
const maxEventBytes = 64 * 1024;
const batchConcurrency = 4;
const apiVersion = "2018-01-01";

export interface AzureBusOptions {
  readonly settings: Pick<AzureSettings, "requestTimeoutMs">;
  /** Of the topic, with its path: `https://…/api/events`. Its input schema is CloudEvents 1.0. */
  readonly endpoint: string;
  readonly tokens: Tokens;
  /** The topic's key, where there is no identity: an emulator. */
  readonly key?: Secret | undefined;
  readonly fetch?: Fetch | undefined;
  readonly persistence?: Persistence;
}

/**
 * A topic of Event Grid. A batch is taken as a whole or not at all; one whose answer was lost is repeated, so that what is there twice
 * has the same CloudEvent `id` twice.
 * @see https://learn.microsoft.com/azure/event-grid/post-to-custom-topic
 */
export function azureBus(options: AzureBusOptions): Bus {
  const { endpoint, tokens, key, persistence = defaultPersistence } = options;
  const url = new URL(endpoint);
  url.searchParams.set("api-version", apiVersion);
  const authority: Authority =
    key === undefined
      ? bearer(tokens(scopes.eventGrid))
      : { headersFor: async () => ({ "aeg-sas-key": key.reveal() }) };
  const send = restSender({ ...options, authority, origin: url.origin });
  const asked: Asked = {
    provider: "event-grid",
    about: `the topic at ${url.host} to take events`,
    role: "EventGrid Data Sender",
    whenMissing: "create the topic, or correct DROVER_TOPIC_ENDPOINT",
  };

  async function put(batch: readonly string[]): Promise<void> {
    const body = Buffer.from(`[${batch.join(",")}]`);
    const headers = { "content-type": "application/cloudevents-batch+json; charset=utf-8" };
    const isTooLarge = await trying(persistence, async () => {
      const answer = await send({ method: "POST", url, headers, body }, asked);
      if (answer.status === 200) return false;
      if (answer.status === 413 && batch.length > 1) return true;
      // A topic that is not there is told by its status alone.
      const refused = refusedIn(answer);
      throw refusalOf(answer.status === 404 ? { ...refused, type: "TopicNotFound" } : refused, asked);
    });
    if (!isTooLarge) return;
    const half = Math.ceil(batch.length / 2);
    await put(batch.slice(0, half));
    await put(batch.slice(half));
  }

  return {
    async publish(events) {
      const texts = events.map(textOf);
      const batches = batchesOf(texts, maxBatchEvents, maxBatchBytes, Buffer.byteLength);
      await eachOf(batches, batchConcurrency, put);
    },
  };
}

/** The whole CloudEvent: the same on every platform. */
function textOf(event: DroverEvent): string {
  const text = JSON.stringify(event);
  const bytes = Buffer.byteLength(text);
  if (bytes <= maxEventBytes) return text;
  throw new InvalidInputError(`Expected an event of at most ${maxEventBytes} bytes, got ${bytes} as ${event.type}`, {
    code: "too-large",
  });
}
