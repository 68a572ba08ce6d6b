import { type Cli, describedCommand, runs } from "../command.ts";
import { pathOf } from "../handoff/await.ts";
import { fieldsOf } from "../handoff/describe.ts";
import { handoffShape } from "../shapes.ts";
import { fieldLines } from "../table.ts";
import { fetchHandoffCommand } from "./handoff-fetch.ts";
import { listHandoffsCommand } from "./handoff-list.ts";
import { readyCommand } from "./handoff-ready.ts";

export function handoffCommand(cli: Cli) {
  const group = describedCommand(
    "handoff",
    "For whoever stands at a device: say that you are ready, and take what lives for minutes, once",
    "drover handoff fetch q4k7zr2m5t6a --ready --out .",
  );
  group.addCommand(readyCommand(cli));
  group.addCommand(fetchHandoffCommand(cli));
  const show = describedCommand(
    "show",
    "Show how far a hand-over is, who said to be ready, and who has fetched it",
    "drover handoff show q4k7zr2m5t6a",
  ).argument("<id>", "operation, or the first characters of its id");
  group.addCommand(
    runs(cli, show, async (context, id: string) =>
      context.withSession(async ({ client }) => {
        const handoff = await client.get(pathOf(id), handoffShape);
        context.data(handoff);
        context.lines(fieldLines(fieldsOf(handoff, context), context.style));
        return undefined;
      }),
    ),
  );
  group.addCommand(listHandoffsCommand(cli));
  return group;
}
