import { type Cli, describedCommand, runs } from "../command.ts";
import type { Context } from "../context.ts";
import { shortId } from "../describe.ts";
import { exitCodes } from "../exit-codes.ts";
import { CommandError } from "../failure.ts";
import { notMinted } from "../handoff/await.ts";
import { Countdown } from "../handoff/countdown.ts";
import { fetchCommand, leftText, offeredFields } from "../handoff/describe.ts";
import { readyAndMinted, sayReady } from "../handoff/say-ready.ts";
import { interruptible } from "../interrupt.ts";
import type { Session } from "../session.ts";
import type { Handoff } from "../shapes.ts";
import { fieldLines } from "../table.ts";

interface Options {
  readonly note?: string;
  readonly wait: boolean;
}

export function readyCommand(cli: Cli) {
  const command = describedCommand(
    "ready",
    "Say that you stand ready: what is handed over is made then, and lives for minutes",
    "drover handoff ready q4k7zr2m5t6a --note 'at the gate'",
  )
    .argument("<id>", "operation, or the first characters of its id")
    .option("--note <text>", "for the history")
    .option("--no-wait", "return at once, before anything is made")
    .addHelpText(
      "after",
      "\nExit codes: 0 it can be fetched; 1 it was not made, or it died, or somebody else has it; 2 not among the installers; 4 no such operation, or none that hands anything over now; 130 interrupted: the word stands",
    );
  return runs(cli, command, async (context, id: string, options: Options) =>
    context.withSession(async (session) => {
      if (options.wait) return waitAndShow(context, session, id, options.note);
      noted(context, session, await sayReady(session, id, options.note));
      return undefined;
    }),
  );
}

function noted(context: Context, session: Session, said: Awaited<ReturnType<typeof sayReady>>): void {
  context.data({ ...said, working: session.isRunning });
  const text = said.ready === "ready" ? "Noted" : "It was noted before";
  context.lines([`${text}: drover handoff show ${shortId(said.operation)}`]);
  if (!session.isRunning) context.remark("Nothing runs until drover start.");
}

async function waitAndShow(context: Context, session: Session, id: string, note: string | undefined): Promise<number> {
  const handoff = await interruptible(context, async (signal) => {
    try {
      return await readyAndMinted(context, session, id, { note, signal });
    } catch (error) {
      if (!signal.aborted) throw error;
      const message = `Expected to wait until it is made, got interrupted: your word stands, so see drover handoff show ${id}`;
      throw new CommandError(message, exitCodes.interrupted, "interrupted");
    }
  });
  const countdown = new Countdown(context, handoff.secondsLeft ?? 0);
  context.data({ ...handoff, fetch: fetchCommand(handoff) });
  context.lines([
    ...fieldLines(
      [...offeredFields(handoff), ["what to do", handoff.instructions], ["fetch it", fetchCommand(handoff)]],
      context.style,
    ),
    ...(context.terminal.isTty ? [] : [countdown.line]),
  ]);
  if (context.json || !context.terminal.isTty) return exitCodes.ok;
  return counted(context, session, countdown, handoff.operation);
}

/** Until it is fetched, here or from elsewhere. Whoever has seen enough ends it. */
async function counted(context: Context, { client }: Session, countdown: Countdown, id: string): Promise<number> {
  const after = await interruptible(context, async (signal): Promise<Handoff | undefined> => {
    try {
      return await countdown.show(client, id, signal);
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    }
  });
  if (after === undefined) return exitCodes.ok;
  const { fetched } = after;
  if (!fetched) throw notMinted(after);
  context.lines([
    `${fetched.by} has fetched it, ${leftText(fetched.secondsLeft)} before it dies: drover watch ${shortId(id)}`,
  ]);
  return exitCodes.ok;
}
