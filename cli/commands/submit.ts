import type * as z from "zod/mini";
import { describeDuration } from "../../lib/contracts/duration.ts";
import { type Cli, describedCommand, runs } from "../command.ts";
import type { Context } from "../context.ts";
import { shortId } from "../describe.ts";
import { exitCodes } from "../exit-codes.ts";
import { usageError } from "../failure.ts";
import { exitCodeOfOutcome, followOperation, showOperation } from "../follow.ts";
import { readText } from "../input-file.ts";
import { type RequestAgain, requestAgain } from "../request-again.ts";
import type { Session } from "../session.ts";
import { acceptanceShape, planShape } from "../shapes.ts";

interface Options {
  readonly dryRun?: boolean;
  readonly wait?: boolean;
  readonly again?: string;
}

export function submitCommand(cli: Cli) {
  const command = describedCommand(
    "submit",
    "Submit a request: a CloudEvents JSON file, or - for stdin",
    "drover submit requests/deploy.json --wait",
  )
    .argument("[file]", "file of one request, or -")
    .option("--again <id>", "instead of a file: what this operation was asked for, once more, under an id of its own")
    .option("--dry-run", "print the exact provider calls and send nothing")
    .option("--wait", "wait until the operation has ended; exit 1 unless it succeeded");
  return runs(cli, command, async (context, file: string | undefined, { again, dryRun, wait }: Options) => {
    if ((file === undefined) === (again === undefined)) {
      throw usageError(
        `Expected either a file or --again with an operation, got ${file === undefined ? "neither" : "both"}`,
      );
    }
    const body = file === undefined ? undefined : await readText(context, file, "a request");
    return context.withSession(async (session) => {
      const sent = body === undefined ? await requestAgain(context, session, again ?? "") : { body };
      return dryRun === true ? planned(context, session, sent) : submit(context, session, sent, wait === true);
    });
  });
}

interface Sent {
  readonly body: string;
  /** Of what was asked for before. */
  readonly again?: RequestAgain["again"];
}

async function planned(context: Context, { client }: Session, { body, again }: Sent): Promise<undefined> {
  const plan = await client.post("/plans", body, planShape);
  context.data({ ...plan, ...(again ? { again } : {}) });
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

async function submit(context: Context, session: Session, { body, again }: Sent, wait: boolean): Promise<number> {
  const acceptance = await session.client.post("/requests", body, acceptanceShape);
  return followAccepted(context, session, { ...acceptance, ...(again ? { again } : {}) }, wait);
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
