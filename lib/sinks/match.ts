import type { DroverEvent } from "../contracts/event.ts";
import { matchesAny } from "../contracts/patterns.ts";
import type { SinkConfiguration } from "../contracts/sink.ts";

/** Whether the sink wants the event. What an event does not say (a rejected request may name no connection) fits no list but `*`. */
export function wants(sink: Pick<SinkConfiguration, "events" | "connections" | "types">, event: DroverEvent): boolean {
  const { connection = "", requestType = "" } = event.data;
  const fits = (patterns: readonly string[] | undefined, text: string) =>
    patterns === undefined || matchesAny(patterns, text);
  return fits(sink.events, event.type) && fits(sink.connections, connection) && fits(sink.types, requestType);
}
