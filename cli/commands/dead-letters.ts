import { type Cli, describedCommand, runs } from "../command.ts";
import { ageOf, shortId } from "../describe.ts";
import { allDeadLetters } from "../pages.ts";
import { deadLetterShape } from "../shapes.ts";
import { fieldLines, shown, tableLines } from "../table.ts";

/** What a verdict means for the person who reads it. */
const verdicts: Readonly<Record<string, string>> = {
  "safe-to-redrive": "safe to redrive",
  "moved-on": "the operation has moved on: nothing to do",
  expired: "the operation's deadline has passed",
  "needs-decision": "needs a decision: look at the body",
};

export function deadLettersCommand(cli: Cli) {
  const group = describedCommand(
    "dead-letters",
    "List, show and redrive messages that were given up",
    "drover dead-letters list",
  );
  const list = describedCommand("list", "List dead letters", "drover dead-letters list");
  group.addCommand(
    runs(cli, list, async (context) =>
      context.withSession(async (session) => {
        const deadLetters = await allDeadLetters(session);
        context.data({ deadLetters });
        const rows = deadLetters.map((letter) => [
          letter.id,
          ageOf(letter.at, Date.now()),
          letter.queue,
          letter.operation === undefined ? "" : shortId(letter.operation),
          letter.redrivenAt === undefined ? letter.verdict : "redriven",
          letter.cause,
        ]);
        const head = ["ID", "AGE", "QUEUE", "OPERATION", "VERDICT", "CAUSE"];
        context.lines(
          rows.length === 0 ? ["No dead letters."] : tableLines(head, rows, context.style, context.terminal.columns()),
        );
        return undefined;
      }),
    ),
  );
  const show = describedCommand("show", "Show a dead letter with its body", "drover dead-letters show 0f3a…").argument(
    "<id>",
  );
  group.addCommand(
    runs(cli, show, async (context, id: string) =>
      context.withSession(async ({ client }) => {
        const letter = await client.get(`/dead-letters/${encodeURIComponent(id)}`, deadLetterShape);
        context.data(letter);
        const fields: Parameters<typeof fieldLines>[0] = [
          ["id", letter.id],
          ["queue", letter.queue],
          ["at", letter.at],
          ["receives", String(letter.receives)],
          ["cause", letter.cause],
          ["verdict", verdicts[letter.verdict] ?? letter.verdict],
          ["operation", letter.operation],
          ["step", letter.step],
          ["redriven", letter.redrivenAt],
        ];
        context.lines([...fieldLines(fields, context.style), "", shown(letter.body ?? "")]);
        return undefined;
      }),
    ),
  );
  const redrive = describedCommand(
    "redrive",
    "Take up again what a dead letter stopped",
    "drover dead-letters redrive 0f3a…",
  ).argument("<id>");
  group.addCommand(
    runs(cli, redrive, async (context, id: string) =>
      context.withSession(async (session) => {
        const letter = await session.client.post(
          `/dead-letters/${encodeURIComponent(id)}/redrive`,
          {},
          deadLetterShape,
        );
        context.data(letter);
        const { operation } = letter;
        context.lines([
          operation === undefined
            ? `Sent to ${letter.queue} again.`
            : `Taken up again: drover watch ${shortId(operation)}`,
        ]);
        if (!session.isRunning) context.remark("Nothing runs until drover start.");
        return undefined;
      }),
    ),
  );
  return group;
}
