import { type Cli, describedCommand, runs } from "../command.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import type { Session } from "../session.ts";
import { checkShape, connectionShape, connectionsShape } from "../shapes.ts";
import { shown, tableLines } from "../table.ts";

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
        const rows = answer.connections.map(({ name, kind, paused, endpoint }) => [
          name,
          kind,
          paused ? { text: `paused by ${paused.by}`, style: context.style.waiting } : "open",
          endpoint ?? "",
        ]);
        const head = ["NAME", "KIND", "STATE", "ENDPOINT"];
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
      ...checks.map(
        (each) => `  ${each.ok ? style.good("ok   ") : style.bad("wrong")}  ${each.what}: ${shown(each.detail)}`,
      ),
    ]),
  );
  return ok ? exitCodes.ok : exitCodes.otherwise;
}
