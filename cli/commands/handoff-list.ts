import { handingOver } from "../../functions/hand-over/pickup.ts";
import { type Cli, describedCommand, runs } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { CommandError } from "../failure.ts";
import { pathOf } from "../handoff/await.ts";
import { isMinted, leftText, shownId, subjectOf, waitsFor } from "../handoff/describe.ts";
import { pageOf } from "../pages.ts";
import type { Session } from "../session.ts";
import { type Handoff, handoffShape, type Operation } from "../shapes.ts";
import { tableLines } from "../table.ts";

interface Options {
  readonly connection?: string;
  readonly limit: string;
}

interface Row {
  readonly subject: string;
  readonly handoff: Handoff;
}

export function listHandoffsCommand(cli: Cli) {
  const command = describedCommand(
    "list",
    "List what is handed over: what is made when somebody is ready, and what waits to be fetched",
    "drover handoff list --connection panorama-prod",
  )
    .option("--connection <name>", "connection")
    .option("--limit <count>", "at most so many of each type", "50");
  return runs(cli, command, async (context, { connection, limit }: Options) =>
    context.withSession(async (session) => {
      const rows: Row[] = [];
      const cursors: string[] = [];
      for (const type of Object.keys(handingOver)) {
        const filter = { type, state: "active", limit, ...(connection === undefined ? {} : { connection }) };
        const { operations, cursor } = await pageOf(session, filter);
        // One after the other: a client may send so many requests in a minute.
        for (const operation of operations) rows.push(...(await rowOf(session, operation)));
        if (cursor !== undefined) cursors.push(type);
      }
      context.data({ handoffs: rows.map(({ subject, handoff }) => ({ subject, ...handoff })) });
      const { style, terminal } = context;
      const cells = rows.map(({ subject, handoff }) => [
        shownId(handoff),
        subject,
        handoff.connection,
        handoff.phase,
        isMinted(handoff) ? { text: leftText(handoff.secondsLeft ?? 0), style: style.waiting } : "",
        waitsFor(handoff),
      ]);
      const head = ["ID", "FOR", "CONNECTION", "PHASE", "LEFT", "WAITS FOR"];
      context.lines(
        rows.length === 0 ? ["Nothing is handed over now."] : tableLines(head, cells, style, terminal.columns()),
      );
      if (cursors.length > 0) context.remark("There are more: name a --connection, or a higher --limit.");
      return undefined;
    }),
  );
}

/** What has ended meanwhile, or is not for this client, is not listed. */
async function rowOf({ client }: Session, { id, fields }: Operation): Promise<readonly Row[]> {
  try {
    return [{ subject: subjectOf(fields), handoff: await client.get(pathOf(id), handoffShape) }];
  } catch (error) {
    if (error instanceof CommandError && error.exitCode === exitCodes.notFound) return [];
    throw error;
  }
}
