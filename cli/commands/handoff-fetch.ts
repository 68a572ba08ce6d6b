import { basename } from "node:path";
import { type Cli, describedCommand, runs } from "../command.ts";
import type { Context } from "../context.ts";
import { shortId } from "../describe.ts";
import { exitCodes } from "../exit-codes.ts";
import { CommandError } from "../failure.ts";
import { pathOf } from "../handoff/await.ts";
import { bytesText, leftText } from "../handoff/describe.ts";
import { type Fetched, fetchTo } from "../handoff/fetch.ts";
import { readyAndMinted } from "../handoff/say-ready.ts";
import { type OutOptions, targetOf } from "../handoff/target.ts";
import { interruptible } from "../interrupt.ts";
import type { Session } from "../session.ts";
import { type Handoff, handoffShape } from "../shapes.ts";
import { fieldLines, shown } from "../table.ts";

interface Options extends OutOptions {
  readonly ready?: boolean;
  readonly note?: string;
}

/** The appliance takes its archive under one name alone. */
const namedTypes: ReadonlySet<string> = new Set(["drover.aws-panorama.provision"]);

export function fetchHandoffCommand(cli: Cli) {
  const command = describedCommand(
    "fetch",
    "Take what is handed over, once, into a file that nobody else may read",
    "drover handoff fetch q4k7zr2m5t6a --ready --out .",
  )
    .argument("<id>", "operation, or the first characters of its id")
    .requiredOption("--out <file>", "file, folder for the name that it has, or - for a pipe")
    .option("--ready", "say first that you stand ready, and wait until it is made")
    .option("--note <text>", "with --ready: for the history")
    .option("--force", "take the place of a file that exists")
    .addHelpText(
      "after",
      "\nExit codes: 0 saved; 1 it was not made, or somebody else has it; 2 wrong usage, or not among the installers; 4 nothing to fetch, or the file exists; 5 it did not arrive whole: say ready again; 130 interrupted",
    );
  return runs(cli, command, async (context, id: string, options: Options) => {
    // It is given out once: what could fail here fails before that.
    const target = await targetOf(context, options);
    return context.withSession((session) =>
      interruptible(context, async (signal) => {
        const handoff = await handoffOf(context, session, id, options, signal);
        if (signal.aborted) throw interrupted();
        const fetched = await fetchTo(session.client, handoff, target, { terminal: context.terminal, signal });
        say(context, session, handoff, fetched);
        return exitCodes.ok;
      }),
    );
  });
}

async function handoffOf(
  context: Context,
  session: Session,
  id: string,
  { ready, note }: Options,
  signal: AbortSignal,
): Promise<Handoff> {
  if (ready !== true) return session.client.get(pathOf(id), handoffShape);
  try {
    return await readyAndMinted(context, session, id, { note, signal });
  } catch (error) {
    throw signal.aborted ? interrupted() : error;
  }
}

function interrupted(): CommandError {
  const message = "Expected to fetch it, got interrupted: nothing was fetched";
  return new CommandError(message, exitCodes.interrupted, "interrupted");
}

function say(context: Context, { isRunning }: Session, handoff: Handoff, { file, ...fetched }: Fetched): void {
  const { operation, fileName, instructions, type } = handoff;
  const { bytes, sha256, secondsLeft } = fetched;
  const misnamed = file !== undefined && fileName !== undefined && namedTypes.has(type) && basename(file) !== fileName;
  const warning = `It has to be called ${fileName}: the appliance takes no other name`;
  context.data({
    operation,
    ...(file === undefined ? {} : { file }),
    fileName,
    ...fetched,
    instructions,
    ...(misnamed ? { warnings: [warning] } : {}),
  });
  const { style } = context;
  const fields = fieldLines(
    [
      ["saved", file],
      ["size", bytesText(bytes)],
      ["SHA-256", sha256],
      ["left", secondsLeft === undefined ? undefined : leftText(secondsLeft)],
      ["what to do", instructions],
      ["then", `drover watch ${shortId(operation)}`],
    ],
    style,
  );
  // With the content on stdout there is no room for anything else.
  if (file === undefined) for (const line of fields) context.remark(line);
  else context.lines(fields);
  if (misnamed) context.remark(`warning  ${shown(warning)}`);
  if (!isRunning) context.remark("Nothing follows the device until drover start.");
}
