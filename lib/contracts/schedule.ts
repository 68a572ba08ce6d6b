import * as z from "zod/mini";
import { name } from "./connections/parts.ts";
import { durationMs, isDuration } from "./duration.ts";
import { limits } from "./limits.ts";

const duration = z.string().check(z.refine(isDuration, "expected an ISO 8601 duration such as P90D or PT6H"));
const atLeast = (ms: number, text: string) =>
  z.refine<string>((value) => !isDuration(value) || durationMs(value) >= ms, `expected at least ${text}`);

/** As in the time zone database: `Europe/Berlin`, `UTC`. */
const timeZone = z.string().check(
  z.maxLength(limits.nameLength),
  z.refine((zone) => {
    try {
      return Intl.DateTimeFormat("en", { timeZone: zone }) !== undefined;
    } catch {
      return false;
    }
  }, "expected a time zone of the IANA database, such as Europe/Berlin"),
);

export const weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] as const;
export type Weekday = (typeof weekdays)[number];

const timeOfDay = z.string().check(z.regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, "expected a time of day such as 02:00"));

const window = z
  .strictObject({
    /** Default: every day. A window across midnight belongs to the day on which it opens. */
    days: z.optional(z.array(z.enum(weekdays)).check(z.minLength(1), z.maxLength(7))),
    from: timeOfDay,
    /** Not part of it. At or before `from`: the window crosses midnight. */
    to: timeOfDay,
    timeZone: z._default(timeZone, "UTC"),
  })
  .check(z.refine(({ from, to }) => from !== to, { message: "expected another time than from", path: ["to"] }));

/** What is asked for each time: a request without the attributes that each run has of its own. */
const scheduledRequest = z.strictObject({
  type: z.string().check(z.minLength(1), z.maxLength(limits.identifierLength)),
  subject: z.optional(z.string().check(z.minLength(1), z.maxLength(limits.identifierLength))),
  data: z.record(z.string(), z.json()),
});
export type ScheduledRequest = z.output<typeof scheduledRequest>;

const fiveFields = z.refine<string>(
  (cron) => cron.trim().split(/\s+/).length === 5,
  "expected five fields: minute, hour, day of the month, month, day of the week",
);

export const scheduleSchema = z
  .strictObject({
    name,
    /** From one due date to the next. Whole days are days of the calendar in `timeZone`, whatever their length. */
    every: z.optional(duration.check(atLeast(60_000, "PT1M"))),
    /** The first due date; default: one interval after the schedule was first seen. */
    start: z.optional(z.iso.datetime({ offset: true })),
    cron: z.optional(z.string().check(z.maxLength(limits.identifierLength), fiveFields)),
    timeZone: z._default(timeZone, "UTC"),
    window: z.optional(window),
    /** Up to this much later, the same for each due date and different from schedule to schedule. */
    jitter: z.optional(duration),
    /** What becomes of due dates that nobody was there for. */
    missed: z._default(z.enum(["run-once", "skip"]), "run-once"),
    enabled: z._default(z.boolean(), true),
    /** The request itself, or a file with it, relative to the configuration. */
    request: z.union([z.string().check(z.minLength(1), z.maxLength(1024)), scheduledRequest]),
  })
  .check(
    z.refine(({ every, cron }) => (every === undefined) !== (cron === undefined), {
      message: "expected either every or cron",
      path: ["every"],
    }),
    z.refine(({ start, cron }) => start === undefined || cron === undefined, {
      message: "expected no start beside cron",
      path: ["start"],
    }),
  );
export type ScheduleConfiguration = z.output<typeof scheduleSchema>;

const maxSchedules = 256;

/** Its name is part of the key of everything that a schedule asks for: two of one name would take each other's runs. */
export const schedulesSchema = z.array(scheduleSchema).check(z.maxLength(maxSchedules), ({ value, issues }) => {
  const names = new Set<string>();
  for (const [index, schedule] of value.entries()) {
    if (names.has(schedule.name)) {
      const message = "expected a name of its own, got one that another schedule has";
      issues.push({ code: "custom", input: value, path: [index, "name"], message });
    }
    names.add(schedule.name);
  }
});

/** A schedule whose request has been read. */
export type Schedule = Omit<ScheduleConfiguration, "request"> & { readonly request: ScheduledRequest };

/** Something about a schedule's times that its author should know. */
export interface TimingRemark {
  readonly level: "problem" | "warning";
  readonly field: "cron" | "jitter" | "request" | "window";
  readonly message: string;
}

export interface Calendar {
  /** @throws an error for text that is no cron expression */
  checkCron(cron: string): void;
  remarksOn(schedule: Schedule, nowMs: number): readonly TimingRemark[];
}
export { scheduledRequest as scheduledRequestSchema };
