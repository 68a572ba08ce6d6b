import { type Cli, describedCommand, runs } from "../command.ts";
import type { Context } from "../context.ts";
import { dateText } from "../describe.ts";
import { acceptanceShape, type Schedule, schedulesShape } from "../shapes.ts";
import { type Cell, shown, tableLines } from "../table.ts";
import type { Style } from "../terminal.ts";
import { followAccepted } from "./submit.ts";

export function schedulesCommand(cli: Cli) {
  const group = describedCommand(
    "schedules",
    "List requests that are submitted on time, and run one now",
    "drover schedules list",
  );
  const list = describedCommand("list", "List schedules, with times in UTC", "drover schedules list");
  group.addCommand(runs(cli, list, listSchedules));
  const run = describedCommand(
    "run",
    "Submit a schedule's request now; its due dates stay as they are",
    "drover schedules run dps-eu-backend --wait",
  )
    .argument("<name>")
    .option("--note <text>", "why, for the history")
    .option("--wait", "wait until the operation has ended; exit 1 unless it succeeded");
  group.addCommand(runs(cli, run, runSchedule));
  return group;
}

function listSchedules(context: Context): Promise<undefined> {
  return context.withSession(async ({ client, isRunning }) => {
    const answer = await client.get("/schedules", schedulesShape);
    context.data(answer);
    const { style, terminal } = context;
    const rows = answer.schedules.map((schedule) => [
      schedule.name,
      stateCell(schedule, style),
      dateText(schedule.nextRunAt),
      dateText(schedule.lastRunAt),
      timingOf(schedule),
    ]);
    const head = ["NAME", "STATE", "NEXT", "LAST", "EVERY"];
    context.lines(rows.length === 0 ? ["No schedules."] : tableLines(head, rows, style, terminal.columns()));
    for (const { name, lastProblem } of answer.schedules) {
      if (lastProblem !== undefined) context.lines([`${name}: ${shown(lastProblem)}`]);
    }
    if (rows.length > 0 && !isRunning) context.remark("Nothing runs until drover start.");
    return undefined;
  });
}

function timingOf({ every, cron, timeZone }: Schedule): string {
  return cron === undefined ? (every ?? "") : `${cron} (${timeZone})`;
}

function stateCell({ enabled, overdue, lastProblem }: Schedule, style: Style): Cell {
  if (!enabled) return { text: "disabled", style: style.faint };
  if (lastProblem !== undefined) return { text: "refused", style: style.bad };
  return overdue ? { text: "overdue", style: style.waiting } : { text: "ok", style: style.good };
}

interface RunOptions {
  readonly note?: string;
  readonly wait?: boolean;
}

function runSchedule(context: Context, name: string, { note, wait = false }: RunOptions): Promise<number> {
  return context.withSession(async (session) => {
    const path = `/schedules/${encodeURIComponent(name)}/run`;
    const acceptance = await session.client.post(path, note === undefined ? {} : { note }, acceptanceShape);
    return followAccepted(context, session, acceptance, wait);
  });
}
