import type * as z from "zod/mini";
import { describeDuration } from "../../lib/contracts/duration.ts";
import { type Cli, describedCommand, runs } from "../command.ts";
import { childrenText, entryLine } from "../describe.ts";
import { explanationShape } from "../shapes.ts";
import { fieldLines, shown } from "../table.ts";
import { type Style, styledState } from "../terminal.ts";

type Explanation = z.output<typeof explanationShape>;

export function explainCommand(cli: Cli) {
  const command = describedCommand(
    "explain",
    "Say what has happened to an operation, what it waits for, and who acts next",
    "drover explain q4k7zr2m5t6a",
  ).argument("<id>", "operation, or the first characters of its id");
  return runs(cli, command, async (context, id: string) =>
    context.withSession(async (session) => {
      const path = `/operations/${encodeURIComponent(id)}/explanation`;
      const explanation = await session.client.get(path, explanationShape);
      context.data({ ...explanation, working: session.isRunning });
      const { style, terminal } = context;
      context.lines([
        styledSummary(explanation, style),
        "",
        ...explanation.timeline.map((entry) => entryLine(explanation.operation, entry, style, terminal.columns())),
        "",
        ...fieldLines(factsOf(explanation), style),
        ...explanation.acts.commands.map((text) => `  ${text}`),
        ...relatedTo(explanation),
      ]);
      if (!session.isRunning && explanation.state === "active") context.remark("Nothing runs until drover start.");
      return undefined;
    }),
  );
}

function styledSummary({ summary, outcome }: Explanation, style: Style): string {
  return outcome === undefined ? shown(summary) : shown(summary).replace(outcome, () => styledState(style, outcome));
}

/** How to see what belongs to it. */
function relatedTo({ parent, children }: Explanation): string[] {
  const commands = [...(parent === undefined ? [] : [`drover explain ${parent}`]), ...(children?.commands ?? [])];
  return commands.length === 0 ? [] : ["see also:", ...commands.map((text) => `  ${text}`)];
}

const actors: Readonly<Record<string, string>> = {
  drover: "Drover, by itself",
  provider: "the provider; Drover looks by itself",
  person: "you:",
  nobody: "nobody: it has ended",
};

function factsOf(explanation: Explanation): Parameters<typeof fieldLines>[0] {
  const { operation, parent, children, waitsFor, next, deadline, acts, effects, provider } = explanation;
  const ids = Object.entries(provider.ids).map(([name, value]) => `${name} ${value}`);
  return [
    ["operation", operation],
    ["part of", parent],
    ["parts", children && childrenText(children)],
    [
      "waits for",
      waitsFor &&
        `${waitsFor.detail} (${waitsFor.code}), for ${describeDuration(waitsFor.forMs)}, since ${waitsFor.since}`,
    ],
    ["next", next && `${next.at}: ${next.what}`],
    [
      "deadline",
      explanation.state === "active" ? `${deadline.at}, in ${describeDuration(deadline.leftMs)}` : undefined,
    ],
    ...effects.map(({ name, attempt, state, since }): [string, string] => [
      "effect",
      `${name}: ${effectStates[state] ?? state} (attempt ${attempt}, noted ${since})`,
    ]),
    ["provider status", provider.status],
    ["provider ids", ids.join(", ") || undefined],
    ["request ids", provider.requestIds.join(", ") || undefined],
    ["acts next", actors[acts.who] ?? acts.who],
  ];
}

const effectStates: Readonly<Record<string, string>> = {
  done: "done",
  "found-later": "done, found by asking after its answer was lost",
  open: "not known yet",
};
