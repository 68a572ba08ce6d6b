import type { DroverEvent } from "../../lib/contracts/event.ts";

/** Ids and fingerprints that providers and hosts make, in the forms that occur here; ids of operations follow from requests and stay. */
const madeId =
  /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\bdevice-[0-9a-z]{26}\b|\b(?:[0-9a-f]{64}|[0-9a-f]{32}|[0-9a-f]{26}|[0-9a-f]{24}|[0-9a-f]{16})\b/g;
const moment = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;
/** Seconds that are left of something, which depend on how long the way there took. */
const left = /\d+ s before|"secondsLeft":\d+/g;
/** Stable in the examples: where they stand they have to be the same. */
const given = /^(?:[0-9a-f]{8}-0000-4000-8000-)/;

export interface Told {
  readonly type: string;
  readonly subject: string;
  readonly data: unknown;
}

/** What the events say, operation by operation and in each one's order, without what differs between any two runs. */
export function transcriptOf(events: readonly DroverEvent[]): readonly Told[] {
  const names = new Map<string, string>();
  const nameOf = (id: string) => {
    if (given.test(id)) return id;
    if (!names.has(id)) names.set(id, `<id ${names.size + 1}>`);
    return names.get(id) ?? "";
  };
  return events
    .toSorted((a, b) => compare(a.subject ?? "", b.subject ?? "") || compare(a.sequence, b.sequence))
    .map(({ type, subject = "", data }) => {
      const text = JSON.stringify(data)
        .replace(moment, "<time>")
        .replace(left, (text) => text.replace(/\d+/, "0"))
        .replace(madeId, nameOf);
      return { type, subject, data: JSON.parse(text) };
    });
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
