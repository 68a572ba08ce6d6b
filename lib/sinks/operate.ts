import { ConflictError, InvalidInputError, NotFoundError } from "../contracts/errors.ts";
import type { Clock, QueueSender, Randomness, ReadableBus } from "../contracts/ports.ts";
import type { SinkConfiguration, SinkRecord, Sinks } from "../contracts/sink.ts";
import { endOf } from "./end-of-bus.ts";
import { handoverOf } from "./handover.ts";
import { wants } from "./match.ts";
import { disabledReason, reopened } from "./state.ts";
import { type SinkStore, update } from "./store.ts";

/** What people do with sinks. */

export interface OperatorOptions {
  readonly sinks: Sinks;
  readonly store: SinkStore;
  readonly bus: Pick<ReadableBus, "read">;
  readonly queue: Pick<QueueSender, "send">;
  readonly clock: Pick<Clock, "now">;
  readonly randomness: Pick<Randomness, "id">;
}

export interface Replayed {
  readonly handed: number;
  /** Everything up to here was looked at: go on from it when not done. */
  readonly position: number;
  readonly done: boolean;
}

/** Events that one call looks at; the next call goes on. */
const replayAtOnce = 1_000;
const pageSize = 100;

/**
 * Hands the events after `after` up to and including `through` to the queue again, as far as the sink wants them. The place of
 * the sink stays where it is.
 */
export async function replay(
  options: OperatorOptions,
  name: string,
  { after, through }: { readonly after: number; readonly through: number },
): Promise<Replayed> {
  const sink = configured(options, name);
  if (!(Number.isSafeInteger(after) && Number.isSafeInteger(through) && after >= 0 && through >= after)) {
    throw new InvalidInputError(
      "Expected positions of which the second is not before the first, got others: see GET /events",
    );
  }
  const disabled = disabledReason((await options.store.read(name))?.record, sink);
  if (disabled !== undefined) {
    throw new ConflictError(`Expected sink ${name} to be open, got a disabled one (${disabled}): enable it first`, {
      code: "sink-disabled",
    });
  }
  let position = after;
  let handed = 0;
  for (let looked = 0; looked < replayAtOnce; ) {
    const read = await options.bus.read(position, pageSize);
    const page = read.filter((one) => one.position <= through);
    const messages = page
      .filter(({ event }) => wants(sink, event))
      .map((one) => handoverOf(name, one, options.clock.now()));
    if (messages.length > 0) await options.queue.send(messages);
    handed += messages.length;
    looked += page.length;
    position = page.at(-1)?.position ?? position;
    if (page.length < read.length || read.length === 0) return { handed, position: through, done: true };
  }
  return { handed, position, done: position >= through };
}

/** Opens a disabled or held sink. It goes on where it stopped, or with the next event: what is in between is then left out. */
export async function enableSink(
  options: OperatorOptions,
  name: string,
  { skipMissed = false }: { readonly skipMissed?: boolean } = {},
): Promise<SinkRecord> {
  configured(options, name);
  const position = skipMissed ? await endOf(options.bus) : undefined;
  const record = await update(options.store, options.randomness, name, (found) => reopened(found, position));
  if (!record)
    throw new NotFoundError(`Expected sink ${name} to have begun, got one without a row: start the system first`);
  return record;
}

function configured({ sinks }: OperatorOptions, name: string): SinkConfiguration {
  const sink = Object.hasOwn(sinks, name) ? sinks[name] : undefined;
  if (!sink)
    throw new NotFoundError("Expected a sink of the configuration, got none of that name: see drover sinks list");
  return sink;
}
