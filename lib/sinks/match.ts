import type { DroverEvent } from "../contracts/event.ts";
import type { SinkConfiguration } from "../contracts/sink.ts";

/** Whether the sink wants the event. What an event does not say (a rejected request may name no connection) fits no list but `*`. */
export function wants(sink: Pick<SinkConfiguration, "events" | "connections" | "types">, event: DroverEvent): boolean {
  const { connection = "", requestType = "" } = event.data;
  return fitsAny(sink.events, event.type) && fitsAny(sink.connections, connection) && fitsAny(sink.types, requestType);
}

function fitsAny(patterns: readonly string[] | undefined, text: string): boolean {
  return patterns?.some((pattern) => fits(pattern, text)) ?? true;
}

/** `*` stands for any characters, none included. Takes time in proportion to the text, unlike a regular expression. */
export function fits(pattern: string, text: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}
