import * as z from "zod/mini";

/** Shapes of the application's answers, as far as commands read them; all else is passed on as it came. */
const json = z.json();
const text = z.string();

/** Of a parent: how many of its operations ended, by outcome. */
const children = z.looseObject({ total: z.number(), ended: z.record(text, z.number()) });
export type Children = z.output<typeof children>;

export const operationShape = z.looseObject({
  id: text,
  state: z.enum(["active", "ended"]),
  outcome: z.optional(text),
  reason: z.optional(text),
  code: z.optional(text),
  request: z.optional(z.looseObject({ source: text, id: text, type: text })),
  connection: z.optional(text),
  parent: z.optional(text),
  children: z.optional(children),
  labels: z.optional(z.record(text, text)),
  fields: z.optional(json),
  requestedBy: z.optional(text),
  step: z.optional(text),
  waitingFor: z.optional(z.looseObject({ code: text, detail: text, since: text })),
  provider: z.optional(z.looseObject({ status: z.optional(text), ids: z.optional(z.record(text, text)) })),
  result: z.optional(json),
  deadline: z.optional(text),
  createdAt: z.optional(text),
  updatedAt: z.optional(text),
  endedAt: z.optional(text),
  cancelRequested: z.optional(z.looseObject({ at: text, by: text })),
  resolution: z.optional(z.looseObject({ as: text, by: text, note: text, at: text })),
  deadLetter: z.optional(text),
});
export type Operation = z.output<typeof operationShape>;

export const operationsShape = z.looseObject({ operations: z.array(operationShape), cursor: z.optional(text) });

const entry = z.looseObject({
  at: text,
  what: text,
  step: z.optional(text),
  detail: z.optional(text),
  requestId: z.optional(text),
});
export type Entry = z.output<typeof entry>;
export const historyShape = z.looseObject({ operation: text, history: z.array(entry) });

export const explanationShape = z.looseObject({
  operation: text,
  summary: text,
  state: text,
  outcome: z.optional(text),
  timeline: z.array(entry),
  waitsFor: z.optional(z.looseObject({ code: text, detail: text, since: text, forMs: z.number() })),
  next: z.optional(z.looseObject({ at: text, what: text })),
  deadline: z.looseObject({ at: text, leftMs: z.number() }),
  acts: z.looseObject({ who: text, commands: z.array(text) }),
  parent: z.optional(text),
  children: z.optional(z.extend(children, { commands: z.array(text) })),
  effects: z.array(z.looseObject({ name: text, attempt: z.number(), state: text, since: text })),
  provider: z.looseObject({
    status: z.optional(text),
    ids: z.record(text, text),
    requestIds: z.array(text),
  }),
});

export const acceptanceShape = z.looseObject({ operation: text, status: text, location: text });
export const cancelShape = z.looseObject({ operation: text, cancel: text });
export const approvalShape = z.looseObject({ operation: text, approval: text });
export const reportShape = z.looseObject({ operation: text, reported: text });
export const planShape = z.looseObject({
  operation: text,
  connection: text,
  deadlineMs: z.number(),
  targets: z.optional(z.number()),
  calls: z.array(z.looseObject({ method: text, url: text, body: z.optional(json), changes: z.boolean() })),
});

export const deadLetterShape = z.looseObject({
  id: text,
  queue: text,
  cause: text,
  receives: z.number(),
  at: text,
  verdict: text,
  operation: z.optional(text),
  step: z.optional(text),
  redrivenAt: z.optional(text),
  body: z.optional(text),
});
export const deadLettersShape = z.looseObject({ deadLetters: z.array(deadLetterShape), cursor: z.optional(text) });

const delivery = z.looseObject({ at: text });
export const sinksShape = z.looseObject({
  sinks: z.array(
    z.looseObject({
      name: text,
      host: text,
      state: text,
      waiting: z.number(),
      waitingIsMore: z.boolean(),
      lastSuccess: z.optional(delivery),
      lastFailure: z.optional(delivery),
      disabled: z.optional(z.looseObject({ at: text, reason: text })),
    }),
  ),
});
export const sinkPositionShape = z.looseObject({ name: text, position: z.number() });
export const sinkReplayShape = z.looseObject({ handed: z.number(), position: z.number(), done: z.boolean() });

export const connectionShape = z.looseObject({
  name: text,
  kind: text,
  endpoint: z.optional(text),
  flavour: z.optional(text),
  region: z.optional(text),
  limits: z.optional(z.looseObject({ inFlight: z.optional(z.number()), changesPerMinute: z.optional(z.number()) })),
  paused: z.optional(z.looseObject({ at: text, by: text, note: z.optional(text) })),
});
export const connectionsShape = z.looseObject({ connections: z.array(connectionShape) });
export const checkShape = z.looseObject({
  connection: text,
  ok: z.boolean(),
  checks: z.array(z.looseObject({ what: text, ok: z.boolean(), warning: z.optional(z.boolean()), detail: text })),
});

export const scheduleShape = z.looseObject({
  name: text,
  enabled: z.boolean(),
  every: z.optional(text),
  cron: z.optional(text),
  timeZone: text,
  lastRunAt: z.optional(text),
  nextRunAt: z.optional(text),
  overdue: z.boolean(),
  skipped: z.number(),
  lastProblem: z.optional(text),
});
export type Schedule = z.output<typeof scheduleShape>;
export const schedulesShape = z.looseObject({ schedules: z.array(scheduleShape) });

export const storedEventShape = z.looseObject({
  position: z.number(),
  event: z.looseObject({
    id: text,
    type: text,
    subject: text,
    time: text,
    sequence: text,
    data: z.looseObject({
      outcome: z.optional(text),
      reason: z.optional(text),
      next: z.optional(text),
      code: z.optional(text),
      parent: z.optional(text),
    }),
  }),
});
export type StoredEventAnswer = z.output<typeof storedEventShape>;
export const eventsShape = z.looseObject({ events: z.array(storedEventShape), next: z.number() });
export const healthShape = z.looseObject({ status: text, version: text, working: z.boolean(), running: z.number() });
export const namesShape = z.looseObject({ names: z.array(text) });
export const storedShape = z.looseObject({ name: text });
