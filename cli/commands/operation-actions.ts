import { type Cli, describedCommand, runs } from "../command.ts";
import { shortId } from "../describe.ts";
import { readText } from "../input-file.ts";
import { approvalShape, cancelShape, operationShape, reportShape, supplyShape } from "../shapes.ts";

export function cancelCommand(cli: Cli) {
  const command = describedCommand(
    "cancel",
    "Ask for the end of an operation",
    "drover operations cancel q4k7zr2m5t6a --note 'wrong image'",
  )
    .argument("<id>")
    .option("--note <text>", "why, for the history");
  return runs(cli, command, async (context, id: string, { note }: { readonly note?: string }) =>
    context.withSession(async (session) => {
      const path = `/operations/${encodeURIComponent(id)}/actions/cancel`;
      const answer = await session.client.post(path, note === undefined ? {} : { note }, cancelShape);
      context.data(answer);
      const texts: Readonly<Record<string, string>> = {
        requested: "Cancel asked for. What was started is looked after first: drover watch",
        already: "A cancel had been asked for already: drover watch",
        ended: "It has ended already: drover operations show",
      };
      context.lines([`${texts[answer.cancel] ?? answer.cancel} ${shortId(answer.operation)}`]);
      if (!session.isRunning && answer.cancel !== "ended") context.remark("Nothing runs until drover start.");
      return undefined;
    }),
  );
}

export function approveCommand(cli: Cli) {
  const command = describedCommand(
    "approve",
    "Let an operation begin that somebody else has asked for",
    "drover operations approve q4k7zr2m5t6a --note 'change 4711'",
  )
    .argument("<id>")
    .option("--note <text>", "why, for the history");
  return runs(cli, command, async (context, id: string, { note }: { readonly note?: string }) =>
    context.withSession(async ({ client }) => {
      const path = `/operations/${encodeURIComponent(id)}/actions/approve`;
      const answer = await client.post(path, note === undefined ? {} : { note }, approvalShape);
      context.data(answer);
      const said = answer.approval === "approved" ? "Approved; it begins now" : "It had been approved already";
      context.lines([`${said}: drover watch ${shortId(answer.operation)}`]);
      return undefined;
    }),
  );
}

export function resolveCommand(cli: Cli) {
  const command = describedCommand(
    "resolve",
    "Settle an operation whose outcome is unknown, after looking at the provider",
    "drover operations resolve q4k7zr2m5t6a --as succeeded --note 'seen in the portal'",
  )
    .argument("<id>")
    .requiredOption("--as <resolution>", "succeeded, failed or not-done")
    .requiredOption("--note <text>", "how you know");
  return runs(cli, command, async (context, id: string, options: { readonly as: string; readonly note: string }) =>
    context.withSession(async ({ client }) => {
      const path = `/operations/${encodeURIComponent(id)}/actions/resolve`;
      const operation = await client.post(path, { as: options.as, note: options.note }, operationShape);
      context.data(operation);
      context.lines([
        `Resolved as ${options.as}: ${shortId(operation.id)}. The next in line for its resource goes on.`,
      ]);
      return undefined;
    }),
  );
}

interface ReportOptions {
  readonly status: string;
  readonly reason?: string;
}

export function reportCommand(cli: Cli) {
  const command = describedCommand(
    "report",
    "Say how a deployment ended that somebody carries out (completion external)",
    "drover operations report q4k7zr2m5t6a --status FAILED --reason 'disk is full'",
  )
    .argument("<id>")
    .requiredOption("--status <status>", "COMPLETE or FAILED")
    .option("--reason <text>", "stored at the provider as its status_reason; no secret belongs here")
    .addHelpText(
      "after",
      "\nThe provider is told first; the operation ends when it says so too.\nExit codes: 0 told; 2 input refused; 4 no such operation, or none that waits for a report; 5 the provider refuses or does not answer",
    );
  return runs(cli, command, async (context, id: string, { status, reason }: ReportOptions) =>
    context.withSession(async (session) => {
      const path = `/operations/${encodeURIComponent(id)}/actions/report`;
      const body = { status, ...(reason === undefined ? {} : { reason }) };
      const answer = await session.client.post(path, body, reportShape);
      context.data(answer);
      context.lines([
        `Told as ${answer.reported}. The operation ends with the next look: drover watch ${shortId(answer.operation)}`,
      ]);
      if (!session.isRunning) context.remark("Nothing runs until drover start.");
      return undefined;
    }),
  );
}

export function supplyCommand(cli: Cli) {
  const command = describedCommand(
    "supply",
    "Hand over the certificate that an operation waits for",
    "drover operations supply q4k7zr2m5t6a --certificate leaf.pem",
  )
    .argument("<id>")
    .requiredOption("--certificate <file>", "PEM file with the certificate alone, without its private key")
    .addHelpText(
      "after",
      "\nThe code and the commands that make the certificate are in the operation's attention event: drover explain\nExit codes: 0 taken; 2 input refused; 4 no such operation, or none that waits for a certificate",
    );
  return runs(cli, command, async (context, id: string, { certificate }: { readonly certificate: string }) =>
    context.withSession(async (session) => {
      const path = `/operations/${encodeURIComponent(id)}/actions/supply`;
      const text = await readText(context, certificate, "a certificate");
      const answer = await session.client.post(path, { certificate: text }, supplyShape);
      context.data(answer);
      const said =
        answer.supply === "supplied" ? "Taken; the service is asked next" : "It had been handed over already";
      context.lines([`${said}: drover watch ${shortId(answer.operation)}`]);
      if (!session.isRunning) context.remark("Nothing runs until drover start.");
      return undefined;
    }),
  );
}
