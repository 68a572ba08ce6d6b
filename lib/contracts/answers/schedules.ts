import * as z from "zod/mini";
import { component, count, described, flag, text, time } from "../described.ts";
import { weekdays } from "../schedule.ts";

const window = described(
  "When a run may begin.",
  z.looseObject({
    days: z.optional(described("Days on which it opens; default every day.", z.array(z.enum(weekdays)))),
    from: text("When it opens, such as 02:00."),
    to: text("When it closes."),
    timeZone: text("Of these times."),
  }),
);

export const scheduleAnswer = component(
  "Schedule",
  "A schedule of the configuration, and how it stands.",
  z.looseObject({
    name: text("Its name."),
    enabled: flag("False: nothing comes due."),
    every: z.optional(text("From one due date to the next, ISO 8601.")),
    cron: z.optional(text("Due dates as five fields.")),
    timeZone: text("Of its due dates."),
    window: z.optional(window),
    lastDue: z.optional(time("The last due date that was dealt with.")),
    lastRunAt: z.optional(time("When it last asked for something.")),
    lastOperation: z.optional(text("The operation that it asked for last.")),
    nextDue: z.optional(time("The due date that comes next, or that waits for its window.")),
    nextRunAt: z.optional(time("When that one runs: due date, window and jitter together.")),
    overdue: flag("Whether it should have run by now."),
    skipped: count("Due dates that were left out, for being missed."),
    lastProblem: z.optional(text("Why its last request was not accepted.")),
  }),
);
export type Schedule = z.output<typeof scheduleAnswer>;
export const schedulesAnswer = component(
  "Schedules",
  "The schedules whose operations the client may see.",
  z.looseObject({ schedules: z.array(scheduleAnswer) }),
);
