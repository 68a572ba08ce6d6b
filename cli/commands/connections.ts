import type * as z from "zod/mini";
import { type Cli, describedCommand, runs } from "../command.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import type { Session } from "../session.ts";
import { checkShape, connectionShape, connectionsShape } from "../shapes.ts";
import { shown, tableLines } from "../table.ts";
import type { Style } from "../terminal.ts";

type Connection = z.output<typeof connectionShape>;
type Check = z.output<typeof checkShape>["checks"][number];

export function connectionsCommand(cli: Cli) {
  const group = describedCommand(
    "connections",
    "List, check, pause and resume connections",
    "drover connections check",
  );
  const list = describedCommand("list", "List connections", "drover connections list");
  group.addCommand(
    runs(cli, list, async (context) =>
      context.withSession(async ({ client }) => {
        const answer = await client.get("/connections", connectionsShape);
        context.data(answer);
        const rows = answer.connections.map((connection) => [
          connection.name,
          [connection.kind, connection.flavour].filter(Boolean).join("/"),
          connection.paused ? { text: `paused by ${connection.paused.by}`, style: context.style.waiting } : "open",
          limitsOf(connection),
          [connection.endpoint, connection.region].filter(Boolean).join(" "),
        ]);
        const head = ["NAME", "KIND", "STATE", "LIMITS", "ENDPOINT"];
        context.lines(
          rows.length === 0 ? ["No connections."] : tableLines(head, rows, context.style, context.terminal.columns()),
        );
        return undefined;
      }),
    ),
  );
  const check = describedCommand(
    "check",
    "Log in, read, and name missing roles; exit 1 when something is wrong",
    "drover connections check sphere-prod",
  ).argument("[name]", "all of them when absent");
  group.addCommand(
    runs(cli, check, async (context, name: string | undefined) =>
      context.withSession((session) => checkConnections(context, session, name)),
    ),
  );
  for (const [action, does] of [
    ["pause", "Start nothing new on a connection; what runs is still looked after"],
    ["resume", "Let a paused connection go on"],
  ] as const) {
    const command = describedCommand(action, does, `drover connections ${action} sphere-prod --note 'maintenance'`)
      .argument("<name>")
      .option("--note <text>", "why, for the others");
    group.addCommand(
      runs(cli, command, async (context, name: string, { note }: { readonly note?: string }) =>
        context.withSession(async ({ client }) => {
          const path = `/connections/${encodeURIComponent(name)}/${action}`;
          const connection = await client.post(path, note === undefined ? {} : { note }, connectionShape);
          context.data(connection);
          context.lines([`Connection ${connection.name} is ${connection.paused ? "paused" : "open"}.`]);
          return undefined;
        }),
      ),
    );
  }
  return group;
}

function limitsOf({ limits = {} }: Connection): string {
  const { inFlight, changesPerMinute } = limits;
  const texts = [
    inFlight === undefined ? "" : `${inFlight} in flight`,
    changesPerMinute === undefined ? "" : `${changesPerMinute}/min`,
  ];
  return texts.filter((text) => text !== "").join(", ") || "none";
}

/** A warning works, and should not stay so: it is nothing that the exit code tells of. */
function markOf({ ok, warning = false }: Check, style: Style): string {
  if (!ok) return style.bad("wrong");
  return warning ? style.waiting("warn ") : style.good("ok   ");
}

async function checkConnections(context: Context, { client }: Session, name: string | undefined): Promise<number> {
  const names =
    name === undefined
      ? (await client.get("/connections", connectionsShape)).connections.map((each) => each.name)
      : [name];
  const results = [];
  for (const each of names)
    results.push(await client.post(`/connections/${encodeURIComponent(each)}/check`, {}, checkShape));
  const ok = results.every((result) => result.ok);
  context.data({ ok, connections: results });
  const { style } = context;
  context.lines(
    results.flatMap(({ connection, checks }) => [
      style.strong(connection),
      ...checks.map((each) => `  ${markOf(each, style)}  ${each.what}: ${shown(each.detail)}`),
    ]),
  );
  return ok ? exitCodes.ok : exitCodes.otherwise;
}
