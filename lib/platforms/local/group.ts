/** What one transaction stores. Rows stand as they are bound. */
export interface Group {
  /** Highest number given out so far: versions, message ids and event positions are never used twice, also after a crash. */
  sequence: number;
  /** Time of the folder (ms since 1970): whoever opens it next goes on from there, whatever his clock says. */
  time: number;
  readonly records: RecordRow[];
  readonly removedRecords: number[];
  readonly messages: MessageRow[];
  readonly changedMessages: MessageChange[];
  readonly removedMessages: number[];
  events: EventBlock | undefined;
  /** Blocks of events that were committed before this time go, a bounded number with each group. */
  trimEventsBefore: number | undefined;
}

export type RecordRow = readonly [
  id: number,
  keyHash: number,
  key: string,
  version: number,
  due: number | null,
  created: number | null,
  status: string | null,
  parent: string | null,
  record: string,
];

export type MessageRow = readonly [
  id: number,
  queue: string,
  readyAt: number,
  sentAt: number,
  receives: number,
  body: string,
];

export type MessageChange = readonly [readyAt: number, receives: number, id: number];

/** All events of one group, in one row. */
export interface EventBlock {
  /** Position of the last one; the others stand right before it. */
  readonly last: number;
  readonly at: number;
  readonly json: string;
}

export function emptyGroup(): Group {
  return {
    sequence: 0,
    time: 0,
    records: [],
    removedRecords: [],
    messages: [],
    changedMessages: [],
    removedMessages: [],
    events: undefined,
    trimEventsBefore: undefined,
  };
}

export function isEmpty(group: Group): boolean {
  return (
    group.records.length === 0 &&
    group.removedRecords.length === 0 &&
    group.messages.length === 0 &&
    group.changedMessages.length === 0 &&
    group.removedMessages.length === 0 &&
    group.events === undefined &&
    group.trimEventsBefore === undefined
  );
}

/** A table's side of the store: it answers from memory, and says what changed. */
export interface Part {
  /** Adds everything changed since the last group that was written. */
  fill(group: Group): void;
  /** That group is in the database. Called right after `fill`; when it is not, the same is asked for again later. */
  written(): void;
  /** What was numbered up to here and written survives a power cut. */
  flushed?(sequence: number): void;
}
