import { type Cli, describedCommand, runs } from "../command.ts";
import { ageOf, remarkOf, shortId, stateOf, targetOf } from "../describe.ts";
import { type ListOptions, pageOf } from "../pages.ts";
import type { Operation } from "../shapes.ts";
import { stateCell, tableLines } from "../table.ts";

export function listCommand(cli: Cli) {
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
    .option("--parent <id>", "operation that they are parts of, or the first characters of its id")
    .option("--limit <count>", "at most so many", "50")
    .option("--cursor <cursor>", "go on where a page before ended");
  return runs(cli, command, async (context, options: ListOptions) =>
    context.withSession(async (session) => {
      const page = await pageOf(session, options);
      context.data(page);
      const rows = page.operations.map((operation) => {
        return [
          shortId(operation.id),
          stateCell(stateOf(operation), context.style),
          ageOf(operation.createdAt, Date.now()),
          operation.connection ?? "",
          requestText(operation, options.parent !== undefined),
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

/** Of a part: what it is for, and of which operation, unless all are of one. */
function requestText(operation: Operation, ofOneParent: boolean): string {
  const target = targetOf(operation);
  return operation.parent === undefined || ofOneParent ? target : `${shortId(operation.parent)}/${target}`;
}
