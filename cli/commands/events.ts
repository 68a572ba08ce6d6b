import { type Cli, describedCommand, runs } from "../command.ts";
import type { Context } from "../context.ts";
import { clockTime, shortId } from "../describe.ts";
import { exitCodes } from "../exit-codes.ts";
import { usageError } from "../failure.ts";
import type { Session } from "../session.ts";
import { eventsShape, type StoredEventAnswer } from "../shapes.ts";
import { cut, shown } from "../table.ts";

interface Options {
  readonly after: string;
  readonly follow?: boolean;
  readonly operation?: string;
}

const pageSize = 500;
const waitSeconds = 10;

export function eventsCommand(cli: Cli) {
  const command = describedCommand(
    "events",
    "Print events, oldest first; one JSON object a line with --json",
    "drover events --follow --json",
  )
    .option("--after <position>", "only events after this position", "0")
    .option("--follow", "wait for further ones until interrupted")
    .option("--operation <id>", "only events of this operation");
  return runs(cli, command, async (context, options: Options) => {
    if (!/^\d{1,15}$/.test(options.after))
      throw usageError("Expected --after as a position, which is a whole number, got another value");
    return context.withSession((session) => print(context, session, options));
  });
}

async function print(context: Context, session: Session, options: Options): Promise<number> {
  const interruption = new AbortController();
  const end = options.follow === true ? context.terminal.onSignal(() => interruption.abort()) : () => undefined;
  if (options.follow === true) await session.work();
  let after = Number(options.after);
  try {
    for (;;) {
      const query = { after, limit: pageSize, ...(options.follow === true ? { wait: waitSeconds } : {}) };
      const page = await session.client.get("/events", eventsShape, query, interruption.signal);
      for (const stored of page.events) {
        if (options.operation !== undefined && !stored.event.subject.startsWith(options.operation)) continue;
        context.data(stored);
        context.lines([eventLine(stored, context)]);
      }
      // A page may be short, or show nothing, where events are left out: only a position that stays is the end.
      const ended = page.next === after;
      after = page.next;
      if (interruption.signal.aborted || (ended && options.follow !== true)) return exitCodes.ok;
    }
  } catch (error) {
    if (interruption.signal.aborted) return exitCodes.ok;
    throw error;
  } finally {
    end();
  }
}

export function eventLine(
  { position, event }: StoredEventAnswer,
  { style, terminal }: Pick<Context, "style" | "terminal">,
): string {
  const what = event.type.replace("drover.operation.", "");
  const about = [event.data.reason, event.data.next && `next: ${event.data.next}`].filter(Boolean).join(" · ");
  const head = `${String(position).padStart(6)}  ${clockTime(event.time)}  ${shortId(event.subject)}  ${what.padEnd(20)}`;
  const width = terminal.columns();
  return `${style.faint(head.slice(0, 16))}${head.slice(16)}${cut(shown(about), width === undefined ? undefined : width - head.length)}`.trimEnd();
}
