import type * as z from "zod/mini";
import { describeDuration } from "../../lib/contracts/duration.ts";
import { type Cli, describedCommand, runs } from "../command.ts";
import type { Context } from "../context.ts";
import { shortId } from "../describe.ts";
import { exitCodes } from "../exit-codes.ts";
import { exitCodeOfOutcome, followOperation, showOperation } from "../follow.ts";
import { readText } from "../input-file.ts";
import type { Session } from "../session.ts";
import { acceptanceShape, planShape } from "../shapes.ts";

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
    const body = await readText(context, file, "a request");
    return context.withSession((session) =>
      options.dryRun === true ? dryRun(context, session, body) : submit(context, session, body, options.wait === true),
    );
  });
}

async function dryRun(context: Context, { client }: Session, body: string): Promise<undefined> {
  const plan = await client.post("/plans", body, planShape);
  context.data(plan);
  const { style } = context;
  context.lines([
    `Operation ${plan.operation} on connection ${plan.connection}, for at most ${describeDuration(plan.deadlineMs)}`,
    ...(plan.targets === undefined ? [] : [`Makes ${plan.targets} operations, one for each target. Of the first one:`]),
    ...plan.calls.flatMap(({ method, url, body: sent, changes }) => [
      `${changes ? style.strong(method.padEnd(4)) : method.padEnd(4)} ${url}${changes ? style.waiting("  <- changes something") : ""}`,
      ...(sent === undefined ? [] : [`     ${JSON.stringify(sent)}`]),
    ]),
    "Logins and polls come on top. Nothing was sent.",
  ]);
  return undefined;
}

async function submit(context: Context, session: Session, body: string, wait: boolean): Promise<number> {
  return followAccepted(context, session, await session.client.post("/requests", body, acceptanceShape), wait);
}

/** Says what became of a request, or with `wait` what becomes of its operation. @returns the exit code */
export async function followAccepted(
  context: Context,
  session: Session,
  acceptance: z.output<typeof acceptanceShape>,
  wait: boolean,
): Promise<number> {
  const { operation: id, status } = acceptance;
  if (!wait) {
    context.data({ ...acceptance, working: session.isRunning });
    context.lines([`${status}  ${id}`]);
    if (!session.isRunning) context.remark("Nothing runs until drover start.");
    return exitCodes.ok;
  }
  await session.work();
  if (context.json) {
    const operation = await followOperation(session, id);
    context.data(operation);
    return exitCodeOfOutcome(operation);
  }
  context.lines([`${status}  ${shortId(id)}  (${id})`]);
  return exitCodeOfOutcome(await showOperation(context, session, id));
}
