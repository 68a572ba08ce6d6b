import { type Cli, describedCommand, runs } from "../command.ts";
import { exitCodeOfOutcome, showAll, showOperation } from "../follow.ts";
import { operationShape } from "../shapes.ts";

export function watchCommand(cli: Cli) {
  const command = describedCommand(
    "watch",
    "Follow an operation, or all active ones, until they have ended; exit 1 unless all succeeded",
    "drover watch q4k7zr2m5t6a",
  ).argument("[id]", "operation, or the first characters of its id");
  return runs(cli, command, async (context, id: string | undefined) =>
    context.withSession(async (session) => {
      if (!session.isRunning)
        context.remark("No drover start holds the data folder: carrying on what is queued, here.");
      await session.work();
      if (id === undefined) return showAll(context, session);
      const operation = await session.client.get(`/operations/${encodeURIComponent(id)}`, operationShape);
      return exitCodeOfOutcome(await showOperation(context, session, operation.id));
    }),
  );
}
