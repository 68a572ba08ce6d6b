import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { describeDuration } from "../../lib/contracts/duration.ts";
import { type Cli, describedCommand, runs } from "../command.ts";
import type { Context } from "../context.ts";
import { shortId } from "../describe.ts";
import { exitCodes } from "../exit-codes.ts";
import { CommandError } from "../failure.ts";
import { exitCodeOfOutcome, followOperation, showOperation } from "../follow.ts";
import type { Session } from "../session.ts";
import { acceptanceShape, planShape } from "../shapes.ts";

/** The application says the exact bound; this one only keeps a wrong file from being read whole. */
const maxFileBytes = 1024 * 1024;

interface Options {
  readonly dryRun?: boolean;
  readonly wait?: boolean;
}

export function submitCommand(cli: Cli) {
  const command = describedCommand(
    "submit",
    "Submit a request: a CloudEvents JSON file, or - for stdin",
    "drover submit requests/deploy.json --wait",
  )
    .argument("<file>", "file of one request, or -")
    .option("--dry-run", "print the exact provider calls and send nothing")
    .option("--wait", "wait until the operation has ended; exit 1 unless it succeeded");
  return runs(cli, command, async (context, file: string, options: Options) => {
    const body = await readRequest(context, file);
    return context.withSession((session) =>
      options.dryRun === true ? dryRun(context, session, body) : submit(context, session, body, options.wait === true),
    );
  });
}

async function readRequest({ terminal }: Context, file: string): Promise<string> {
  if (file === "-") return terminal.readInput(maxFileBytes);
  const path = resolve(terminal.workingFolder, file);
  try {
    const bytes = await readFile(path);
    if (bytes.byteLength > maxFileBytes) throw new Error("EFBIG");
    return bytes.toString();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "one that is too large";
    throw new CommandError(
      `Expected a request in ${path}, got ${code}: name a file that holds one`,
      exitCodes.usage,
      "no-file",
    );
  }
}

async function dryRun(context: Context, { client }: Session, body: string): Promise<undefined> {
  const plan = await client.post("/plans", body, planShape);
  context.data(plan);
  const { style } = context;
  context.lines([
    `Operation ${plan.operation} on connection ${plan.connection}, for at most ${describeDuration(plan.deadlineMs)}`,
    ...plan.calls.flatMap(({ method, url, body: sent, changes }) => [
      `${changes ? style.strong(method.padEnd(4)) : method.padEnd(4)} ${url}${changes ? style.waiting("  <- changes something") : ""}`,
      ...(sent === undefined ? [] : [`     ${JSON.stringify(sent)}`]),
    ]),
    "Logins and polls come on top. Nothing was sent.",
  ]);
  return undefined;
}

async function submit(context: Context, session: Session, body: string, wait: boolean): Promise<number> {
  const acceptance = await session.client.post("/requests", body, acceptanceShape);
  const { operation: id, status } = acceptance;
  if (!wait) {
    context.data({ ...acceptance, working: session.isRunning });
    context.lines([`${status}  ${id}`]);
    if (!session.isRunning) context.remark("Nothing runs until drover start.");
    return exitCodes.ok;
  }
  await session.work();
  if (context.json) {
    const operation = await followOperation(session, id, () => undefined);
    context.data(operation);
    return exitCodeOfOutcome(operation);
  }
  context.lines([`${status}  ${shortId(id)}  (${id})`]);
  return exitCodeOfOutcome(await showOperation(context, session, id));
}
