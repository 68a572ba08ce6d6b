import { type Cli, describedCommand, runs } from "../command.ts";
import { ageOf, clockTime, remarkOf, shortId, stateOf } from "../describe.ts";
import type { Session } from "../session.ts";
import { cancelShape, historyShape, type Operation, operationShape, operationsShape } from "../shapes.ts";
import { fieldLines, tableLines } from "../table.ts";
import { styledState } from "../terminal.ts";
import { fieldsOf } from "./operation-fields.ts";

interface ListOptions {
  readonly state?: string;
  readonly outcome?: string;
  readonly type?: string;
  readonly connection?: string;
  readonly label?: string;
  readonly parent?: string;
  readonly limit: string;
  readonly cursor?: string;
}

export function operationsCommand(cli: Cli) {
  const group = describedCommand(
    "operations",
    "List, show, cancel and resolve operations",
    "drover operations list --state active",
  );
  group.addCommand(listCommand(cli));
  const show = describedCommand("show", "Show an operation's fields", "drover operations show q4k7zr2m5t6a").argument(
    "<id>",
  );
  group.addCommand(
    runs(cli, show, async (context, id: string) =>
      context.withSession(async ({ client }) => {
        const operation = await client.get(`/operations/${encodeURIComponent(id)}`, operationShape);
        context.data(operation);
        context.lines(fieldLines(fieldsOf(operation, context.style), context.style));
        return undefined;
      }),
    ),
  );
  const history = describedCommand(
    "history",
    "Show what happened to an operation",
    "drover operations history q4k7zr2m5t6a",
  ).argument("<id>");
  group.addCommand(
    runs(cli, history, async (context, id: string) =>
      context.withSession(async ({ client }) => {
        const answer = await client.get(`/operations/${encodeURIComponent(id)}/history`, historyShape);
        context.data(answer);
        const rows = answer.history.map((entry) => [
          `${entry.at.slice(0, 10)} ${clockTime(entry.at)}`,
          entry.what,
          entry.step ?? "",
          [entry.detail, entry.requestId && `request ${entry.requestId}`].filter(Boolean).join(" · "),
        ]);
        context.lines(tableLines(["AT", "WHAT", "STEP", "DETAIL"], rows, context.style, context.terminal.columns()));
        return undefined;
      }),
    ),
  );
  group.addCommand(cancelCommand(cli));
  group.addCommand(resolveCommand(cli));
  return group;
}

function listCommand(cli: Cli) {
  const command = describedCommand(
    "list",
    "List operations, newest first",
    "drover operations list --outcome failed --label team=hvac",
  )
    .option("--state <state>", "active or ended")
    .option("--outcome <outcome>", "succeeded, partially-succeeded, failed, cancelled, timed-out or unknown")
    .option("--type <type>", "request type")
    .option("--connection <name>", "connection")
    .option("--label <name=value>", "label")
    .option("--parent <id>", "parent operation")
    .option("--limit <count>", "at most so many", "50")
    .option("--cursor <cursor>", "go on where a page before ended");
  return runs(cli, command, async (context, options: ListOptions) =>
    context.withSession(async (session) => {
      const page = await pageOf(session, options);
      context.data(page);
      const rows = page.operations.map((operation) => {
        const state = stateOf(operation);
        return [
          shortId(operation.id),
          {
            text: state,
            style: (text: string) =>
              styledState(context.style, text.trim()) + " ".repeat(text.length - text.trim().length),
          },
          ageOf(operation.createdAt, Date.now()),
          operation.connection ?? "",
          operation.request?.id ?? "",
          remarkOf(operation),
        ];
      });
      const head = ["ID", "STATE", "AGE", "CONNECTION", "REQUEST", "REMARK"];
      context.lines(
        rows.length === 0 ? ["No operations."] : tableLines(head, rows, context.style, context.terminal.columns()),
      );
      if (page.cursor !== undefined) context.remark(`There are more: --cursor ${page.cursor}`);
      return undefined;
    }),
  );
}

/** A page of the ledger may be short where filters leave out much, so that pages are joined until there are enough. */
async function pageOf({ client }: Session, { limit, ...options }: ListOptions) {
  const operations: Operation[] = [];
  let cursor = options.cursor;
  do {
    const left = /^\d{1,3}$/.test(limit) ? Number(limit) - operations.length : limit;
    const page = await client.get("/operations", operationsShape, { ...options, cursor, limit: left });
    operations.push(...page.operations);
    cursor = page.cursor;
  } while (cursor !== undefined && operations.length < Number(limit));
  return { operations, ...(cursor === undefined ? {} : { cursor }) };
}

function cancelCommand(cli: Cli) {
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

function resolveCommand(cli: Cli) {
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
