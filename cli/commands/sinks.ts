import { type Cli, describedCommand, runs } from "../command.ts";
import { ageOf } from "../describe.ts";
import { usageError } from "../failure.ts";
import { sinkPositionShape, sinkReplayShape, sinksShape } from "../shapes.ts";
import { tableLines } from "../table.ts";

export function sinksCommand(cli: Cli) {
  const group = describedCommand("sinks", "Receivers of events over HTTP", "drover sinks list");
  group.addCommand(listCommand(cli));
  group.addCommand(enableCommand(cli));
  group.addCommand(replayCommand(cli));
  return group;
}

function listCommand(cli: Cli) {
  const command = describedCommand(
    "list",
    "List sinks, how they stand and how far behind they are",
    "drover sinks list",
  );
  return runs(cli, command, async (context) =>
    context.withSession(async ({ client }) => {
      const answer = await client.get("/sinks", sinksShape);
      context.data(answer);
      const rows = answer.sinks.map((sink) => [
        sink.name,
        sink.host,
        sink.state,
        `${sink.waiting}${sink.waitingIsMore ? " or more" : ""}`,
        sink.lastSuccess === undefined ? "never" : ageOf(sink.lastSuccess.at, Date.now()),
        sink.disabled?.reason ?? "",
      ]);
      const head = ["NAME", "HOST", "STATE", "WAITING", "LAST SUCCESS", "WHY DISABLED"];
      context.lines(
        rows.length === 0 ? ["No sinks."] : tableLines(head, rows, context.style, context.terminal.columns()),
      );
      return undefined;
    }),
  );
}

function enableCommand(cli: Cli) {
  const command = describedCommand("enable", "Open a sink that was disabled or is held", "drover sinks enable crm")
    .argument("<name>")
    .option("--skip-missed", "go on with the next event, and leave out what it missed");
  return runs(cli, command, async (context, name: string, { skipMissed = false }: { readonly skipMissed?: boolean }) =>
    context.withSession(async ({ client }) => {
      const answer = await client.post(`/sinks/${encodeURIComponent(name)}/enable`, { skipMissed }, sinkPositionShape);
      context.data(answer);
      context.lines([`Sink ${answer.name} is open; it goes on after position ${answer.position}.`]);
      return undefined;
    }),
  );
}

interface ReplayOptions {
  readonly after: string;
  readonly through: string;
}

function replayCommand(cli: Cli) {
  const command = describedCommand(
    "replay",
    "Hand a range of events to a sink again; each keeps its id",
    "drover sinks replay crm --after 1200 --through 1300",
  )
    .argument("<name>")
    .requiredOption("--after <position>", "position before the first one; see drover events")
    .requiredOption("--through <position>", "position of the last one");
  return runs(cli, command, async (context, name: string, options: ReplayOptions) =>
    context.withSession(async ({ client }) => {
      const through = positionIn("--through", options.through);
      let after = positionIn("--after", options.after);
      let handed = 0;
      for (;;) {
        const path = `/sinks/${encodeURIComponent(name)}/replay`;
        const answer = await client.post(path, { after, through }, sinkReplayShape);
        handed += answer.handed;
        if (answer.done) break;
        after = answer.position;
      }
      context.data({ name, handed });
      context.lines([`${handed} events are handed to sink ${name} again.`]);
      return undefined;
    }),
  );
}

function positionIn(option: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw usageError(`Expected ${option} as a position, a whole number, got another value`);
}
