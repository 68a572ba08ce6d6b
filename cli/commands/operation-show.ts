import { type Cli, describedCommand, runs } from "../command.ts";
import type { Context } from "../context.ts";
import { countsText, shortId, stateOf, targetOf } from "../describe.ts";
import { pageOf } from "../pages.ts";
import type { Session } from "../session.ts";
import { type Operation, operationShape } from "../shapes.ts";
import { fieldLines, stateCell, tableLines } from "../table.ts";
import { fieldsOf } from "./operation-fields.ts";

/** Parts of a parent that are shown with it; `operations list --parent` has them all. */
const shownChildren = 20;

export function showCommand(cli: Cli) {
  const command = describedCommand(
    "show",
    "Show an operation's fields; of a parent also the parts that did not succeed",
    "drover operations show q4k7zr2m5t6a",
  ).argument("<id>");
  return runs(cli, command, async (context, id: string) =>
    context.withSession(async (session) => {
      const operation = await session.client.get(`/operations/${encodeURIComponent(id)}`, operationShape);
      if (operation.children === undefined) context.data(operation);
      context.lines(fieldLines(fieldsOf(operation, context.style), context.style));
      if (operation.children !== undefined) await showChildren(context, session, operation);
      return undefined;
    }),
  );
}

async function showChildren(context: Context, session: Session, parent: Operation): Promise<void> {
  const others = Object.entries(parent.children?.ended ?? {}).filter(([outcome]) => outcome !== "succeeded");
  const unsuccessful: Operation[] = [];
  for (const [outcome] of others) {
    const limit = shownChildren - unsuccessful.length;
    if (limit === 0) break;
    const { operations } = await pageOf(session, { parent: parent.id, outcome, limit: String(limit) });
    unsuccessful.push(...operations);
  }
  context.data({ ...parent, unsuccessful });
  if (unsuccessful.length === 0) return;
  const rows = unsuccessful.map((child) => [
    shortId(child.id),
    stateCell(stateOf(child), context.style),
    targetOf(child),
    child.reason ?? "",
  ]);
  const { style, terminal } = context;
  context.lines(["", ...tableLines(["PART", "OUTCOME", "TARGET", "REASON"], rows, style, terminal.columns())]);
  const all = others.reduce((sum, [, count]) => sum + count, 0);
  if (all > unsuccessful.length) {
    context.remark(
      `Shown are ${unsuccessful.length} of ${all} (${countsText(Object.fromEntries(others))}): drover operations list --parent ${shortId(parent.id)} --outcome ${others[0]?.[0]}`,
    );
  }
}
