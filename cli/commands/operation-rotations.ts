import { type Cli, describedCommand, runs } from "../command.ts";
import { shortId } from "../describe.ts";
import { acknowledgementShape, cancelShape, extendShape } from "../shapes.ts";

interface Noted {
  readonly note?: string;
}

const pathOf = (id: string, action: string) => `/operations/${encodeURIComponent(id)}/actions/${action}`;
const noteOf = ({ note }: Noted) => (note === undefined ? {} : { note });
const codes = (found: string) =>
  `\nExit codes: 0 done; 2 wrong usage, or input that was refused; 4 no such operation${found}; 5 nobody answers`;

export function abortCommand(cli: Cli) {
  const command = describedCommand(
    "abort",
    "Have an operation go no further: of a rotation both keys stay good, and nothing is undone",
    "drover operations abort q4k7zr2m5t6a --note 'billing still has the old key'",
  )
    .argument("<id>")
    .option("--note <text>", "why, for the history")
    .addHelpText("after", codes(""));
  return runs(cli, command, async (context, id: string, options: Noted) =>
    context.withSession(async (session) => {
      const answer = await session.client.post(pathOf(id, "abort"), noteOf(options), cancelShape);
      context.data(answer);
      const texts: Readonly<Record<string, string>> = {
        requested: "It goes no further. What was started is looked after first: drover watch",
        already: "It had been aborted already: drover watch",
        ended: "It has ended already: drover operations show",
      };
      context.lines([`${texts[answer.cancel] ?? answer.cancel} ${shortId(answer.operation)}`]);
      if (!session.isRunning && answer.cancel !== "ended") context.remark("Nothing runs until drover start.");
      return undefined;
    }),
  );
}

export function extendCommand(cli: Cli) {
  const command = describedCommand(
    "extend",
    "Let an operation wait longer: of a rotation in its grace the key before stays good for as much longer",
    "drover operations extend q4k7zr2m5t6a --by PT6H --note 'release is late'",
  )
    .argument("<id>")
    .requiredOption("--by <duration>", "how much longer, as an ISO 8601 duration such as PT6H or P1D")
    .option("--note <text>", "why, for the history")
    .addHelpText(
      "after",
      `\nEach call adds to the wait, so look before you repeat one: drover explain ID\n${codes(", or none that waits for a set time").trimStart()}`,
    );
  return runs(cli, command, async (context, id: string, options: Noted & { readonly by: string }) =>
    context.withSession(async ({ client }) => {
      const body = { by: options.by, ...noteOf(options) };
      const answer = await client.post(pathOf(id, "extend"), body, extendShape);
      context.data(answer);
      context.lines([`It waits until ${answer.waitsUntil}: drover explain ${shortId(answer.operation)}`]);
      return undefined;
    }),
  );
}

export function acknowledgeCommand(cli: Cli) {
  const command = describedCommand(
    "acknowledge",
    "Say that a consumer uses the new key that a rotation has published",
    "drover operations acknowledge q4k7zr2m5t6a --as billing",
  )
    .argument("<id>")
    .requiredOption("--as <name>", "the consumer, as the request lists it under consumers.acknowledge")
    .option("--note <text>", "how you know, for the history")
    .addHelpText(
      "after",
      `\nThe key before is replaced when the grace is over and all who are listed have said so.${codes(
        ", or none that waits for this consumer",
      )}`,
    );
  return runs(cli, command, async (context, id: string, options: Noted & { readonly as: string }) =>
    context.withSession(async (session) => {
      const body = { consumer: options.as, ...noteOf(options) };
      const answer = await session.client.post(pathOf(id, "acknowledge"), body, acknowledgementShape);
      context.data(answer);
      const said = answer.acknowledgement === "acknowledged" ? "Noted" : "It had been noted already";
      context.lines([`${said}: drover explain ${shortId(answer.operation)}`]);
      if (!session.isRunning) context.remark("Nothing runs until drover start.");
      return undefined;
    }),
  );
}
