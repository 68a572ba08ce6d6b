import { describeDuration } from "../../lib/contracts/duration.ts";
import { type Cli, describedCommand, runs } from "../command.ts";
import type { Context } from "../context.ts";
import { dateText, shortId } from "../describe.ts";
import { type KeyAnswer, keysShape } from "../shapes.ts";
import { type Cell, cut, shown, tableLines } from "../table.ts";
import type { Style } from "../terminal.ts";

export function keysCommand(cli: Cli) {
  const group = describedCommand("keys", "See how old rotated keys are", "drover keys list");
  const list = describedCommand(
    "list",
    "List rotated keys: how old each is, and which rotation is overdue; times in UTC",
    "drover keys list --json",
  ).addHelpText(
    "after",
    "\nWhat is published is read for this list; no key is shown, and nothing is changed. --json says it for each target.\nExit codes: 0 listed, also where a target cannot be read: its PROBLEM says why; 5 nobody answers",
  );
  group.addCommand(runs(cli, list, listKeys));
  return group;
}

/** The right column is cut first, so that what matters most stands on the left. */
const widths = { key: 22, connection: 12 };

function listKeys(context: Context): Promise<undefined> {
  return context.withSession(async ({ client }) => {
    const answer = await client.get("/keys", keysShape);
    context.data(answer);
    const { style, terminal } = context;
    const rows = answer.keys.map((key) => [
      cut(`${key.service}/${key.policy}`, widths.key),
      cut(key.connection, widths.connection),
      key.slot ?? "",
      key.ageMs === undefined ? "" : describeDuration(key.ageMs),
      stateCell(key, style),
      key.problem === undefined ? "" : "see below",
    ]);
    const head = ["KEY", "CONNECTION", "SLOT", "AGE", "ROTATION", "PROBLEM"];
    context.lines(rows.length === 0 ? ["No rotated keys."] : tableLines(head, rows, style, terminal.columns()));
    for (const key of answer.keys) context.lines(remarksOn(key));
    if (!answer.complete) context.remark("There are more rotations than Drover looks at: the oldest are left out.");
    return undefined;
  });
}

function stateCell({ overdue, underWay, nextRunAt, agree }: KeyAnswer, style: Style): Cell {
  if (underWay) return { text: underWay.phase, style: style.waiting };
  if (agree === false) return { text: "targets differ", style: style.bad };
  if (overdue === null) return { text: "not scheduled", style: style.faint };
  if (overdue) return { text: "overdue", style: style.bad };
  return { text: nextRunAt === undefined ? "ok" : `on ${nextRunAt.slice(0, 10)}`, style: style.good };
}

/** What does not fit into a line of the table. */
function remarksOn(key: KeyAnswer): string[] {
  const { underWay, overdueSince, lastRotation, targets, agree } = key;
  const name = `${key.service}/${key.policy}`;
  const remarks: string[] = [];
  if (underWay) {
    const until = underWay.waitsUntil === undefined ? "" : ` until ${dateText(underWay.waitsUntil)}`;
    remarks.push(`rotation ${shortId(underWay.operation)} is in phase ${underWay.phase}${until}`);
  }
  if (overdueSince !== undefined) remarks.push(`overdue since ${dateText(overdueSince)}, by schedule ${key.schedule}`);
  if (agree === false) {
    const each = targets.map((one) => `${one.target}/${one.secret} ${one.fingerprint ?? "unknown"}`);
    remarks.push(`targets show different keys: ${each.join(", ")}`);
  }
  if (lastRotation && lastRotation.outcome !== "succeeded") {
    remarks.push(`the last rotation ${shortId(lastRotation.operation)} ended as ${lastRotation.outcome}`);
  }
  for (const { target, secret, problem } of targets) {
    if (problem !== undefined) remarks.push(`${target}/${secret}: ${problem}`);
  }
  return remarks.map((remark) => shown(`${name}: ${remark}`));
}
