import { type Cli, describedCommand, runs } from "../command.ts";
import { clockTime } from "../describe.ts";
import { historyShape } from "../shapes.ts";
import { tableLines } from "../table.ts";
import { approveCommand, cancelCommand, reportCommand, resolveCommand, supplyCommand } from "./operation-actions.ts";
import { abortCommand, acknowledgeCommand, extendCommand } from "./operation-rotations.ts";
import { showCommand } from "./operation-show.ts";
import { listCommand } from "./operations-list.ts";

export function operationsCommand(cli: Cli) {
  const group = describedCommand(
    "operations",
    "List, show, approve, cancel, abort, extend, acknowledge, resolve, report and supply operations",
    "drover operations list --state active",
  );
  group.addCommand(listCommand(cli));
  group.addCommand(showCommand(cli));
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
  group.addCommand(approveCommand(cli));
  group.addCommand(cancelCommand(cli));
  group.addCommand(abortCommand(cli));
  group.addCommand(extendCommand(cli));
  group.addCommand(acknowledgeCommand(cli));
  group.addCommand(resolveCommand(cli));
  group.addCommand(reportCommand(cli));
  group.addCommand(supplyCommand(cli));
  return group;
}
