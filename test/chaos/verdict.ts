import type { LedgerRecord, OperationRecord } from "../../lib/contracts/operation.ts";
import { wrongAmong } from "../simulation/invariants.ts";
import type { Clouds } from "./clouds.ts";
import { countEffects } from "./effects.ts";
import type { Fleet } from "./fleet.ts";
import type { LeftBehind } from "./ledger.ts";
import { type EventReader, ending } from "./reader.ts";

export interface Verdict {
  readonly operations: number;
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  readonly wrongOutcomes: readonly string[];
  readonly brokenInvariants: readonly string[];
  /** How many operations ended how, by what was asked for. */
  readonly outcomes: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

export interface Ran {
  readonly clouds: Clouds;
  readonly fleet: Fleet;
  readonly reader: EventReader;
  readonly left: LeftBehind;
  /** Operations that a wrong clock may have left without an outcome that Drover can tell. */
  readonly doubtful: ReadonlySet<string>;
}

/** Holds the providers' books and the events that a reader was told against what was asked for; the ledger comes last. */
export function judge({ clouds, fleet, reader, left, doubtful }: Ran): Verdict {
  const { ended } = reader;
  const parts = [...reader.accepted].filter(([, { data }]) => data.parent !== undefined);
  const scheduled = [...reader.accepted].filter(([, { data }]) => data.requestSource === "/drover/schedules");
  const { lost, doubled } = countEffects({ clouds, fleet, ended, scheduled: scheduled.map(([id]) => id) });
  const wrongOutcomes: string[] = [];
  const outcomes = new Map<string, Map<string, number>>();
  const note = (kind: string, id: string, expected: readonly string[]): void => {
    const outcome = ended.get(id);
    const counts = outcomes.get(kind) ?? new Map<string, number>();
    outcomes.set(kind, counts.set(outcome ?? "none", (counts.get(outcome ?? "none") ?? 0) + 1));
    if (outcome === undefined) lost.push(`${kind} ${id} has no terminal event`);
    else if (!expected.includes(outcome) && !(outcome === "unknown" && doubtful.has(id)))
      wrongOutcomes.push(`${kind} ${id}: ${outcome} in place of ${expected.join(" or ")}`);
  };
  const recovered = new Set(left.records.flatMap((record) => (isRecovered(record) ? [record.id] : [])));
  for (const { kind, id, expected } of fleet.work) {
    // Whose answer was lost is found by what is in force at the provider, and that shows no errors beside it.
    const found = recovered.has(id) && expected.includes("partially-succeeded");
    note(kind, id, found ? [...expected, "succeeded"] : expected);
  }
  for (const [id] of parts) note("heat-fleet's part", id, ["succeeded"]);
  for (const [id] of scheduled) note("scheduled", id, ["succeeded"]);
  const expectedParts = fleet.work.reduce((sum, { operations }) => sum + operations - 1, 0);
  if (parts.length !== expectedParts) lost.push(`${parts.length} parts of fleets in place of ${expectedParts}`);
  wrongEvents(reader, left, lost, doubled);
  const known = new Set(fleet.work.map(({ id }) => id));
  const operations = left.records.flatMap((record) => (record.kind === "operation" ? [record] : []));
  for (const { id } of operations) known.delete(id);
  for (const id of known) lost.push(`operation ${id} was promised and is not in the folder`);
  const letters = left.records.flatMap((record) => (record.kind === "dead-letter" ? [JSON.stringify(record)] : []));
  const brokenInvariants = [
    ...wrongAmong(
      left.records,
      left.events.map(({ event }) => event),
    ),
    ...letters,
  ];
  return { operations: operations.length, lost, doubled, wrongOutcomes, brokenInvariants, outcomes };
}

function isRecovered(record: LedgerRecord): record is OperationRecord {
  return record.kind === "operation" && Object.values(record.intents).some((intent) => intent.recovered === true);
}

/** What the reader was told stays told, in its place; each operation ends once. */
function wrongEvents({ read }: EventReader, { events }: LeftBehind, lost: string[], doubled: string[]): void {
  const kept = new Map(events.map(({ position, event }) => [position, event.id]));
  const told = new Set<number>();
  let before = 0;
  for (const { position, event } of read) {
    if (position <= before) doubled.push(`the event at ${position} was told after the one at ${before}`);
    before = position;
    told.add(position);
    if (kept.get(position) !== event.id)
      lost.push(`event ${event.id} was told at ${position}, where ${kept.get(position)} is now`);
  }
  for (const { position, event } of events) {
    if (!told.has(position)) lost.push(`event ${event.id} at ${position} was never told`);
  }
  const ends = Map.groupBy(
    read.filter(({ event }) => ending.test(event.type)),
    ({ event }) => event.subject,
  );
  for (const [subject, all] of ends) {
    if (new Set(all.map(({ event }) => event.id)).size > 1)
      doubled.push(`operation ${subject} has two terminal events`);
  }
}
