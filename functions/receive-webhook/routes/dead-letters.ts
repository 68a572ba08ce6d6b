import { Hono } from "hono";
import type { Caller } from "../../../lib/clients/caller.ts";
import { NotFoundError } from "../../../lib/contracts/errors.ts";
import { type DeadLetterRecord, deadLetterKey, operationKey } from "../../../lib/contracts/operation.ts";
import { redrive } from "../../../lib/operations/commands.ts";
import { callerOf, subjectOf } from "../callers.ts";
import { givenCursor, shownCursor } from "../cursors.ts";
import type { ApplicationDependencies } from "../dependencies.ts";
import { countIn, durably, refuseUnknown } from "../input.ts";
import { queryNames, rowsPerPage } from "../query.ts";
import { deadLetterView } from "../views.ts";

const idPattern = /^[0-9a-f]{26}$/;

export function deadLetterRoutes(dependencies: ApplicationDependencies): Hono {
  const { ports } = dependencies;
  const routes = new Hono();

  routes.get("/dead-letters", async ({ req, json }) => {
    const query = req.query();
    refuseUnknown(query, queryNames.deadLetters);
    const limit = countIn(query, "limit", rowsPerPage);
    const caller = callerOf(req.raw);
    const cursor = givenCursor(caller, "dead-letters", query["cursor"]);
    const page = await ports.ledger.listByPrefix(deadLetterKey(""), limit, cursor);
    const all = page.items.flatMap(({ record }) => (record.kind === "dead-letter" ? [record] : []));
    const seen = await Promise.all(all.map((letter) => sees(dependencies, caller, letter)));
    const letters = all.filter((_, index) => seen[index]);
    return json({
      deadLetters: letters.map((letter) => deadLetterView(letter, false)),
      ...shownCursor(caller, "dead-letters", page.cursor),
    });
  });

  routes.get("/dead-letters/:id", async ({ req, json }) =>
    json(deadLetterView(await letterOf(dependencies, callerOf(req.raw), req.param("id")), true)),
  );

  routes.post("/dead-letters/:id/redrive", async ({ req, json }) => {
    const { id } = await letterOf(dependencies, callerOf(req.raw), req.param("id"));
    const letter = await redrive(ports, id, { by: callerOf(req.raw).name });
    await durably(dependencies);
    return json(deadLetterView(letter, false), 202);
  });
  return routes;
}

/** A letter that names no operation may hold anything: only whoever sees everything sees it. */
async function sees({ ports }: ApplicationDependencies, caller: Caller, letter: DeadLetterRecord): Promise<boolean> {
  if (caller.seesAll) return true;
  const stored = letter.operation === undefined ? undefined : await ports.ledger.read(operationKey(letter.operation));
  return stored?.record.kind === "operation" && caller.sees(subjectOf(stored.record));
}

async function letterOf(dependencies: ApplicationDependencies, caller: Caller, id: string): Promise<DeadLetterRecord> {
  const stored = idPattern.test(id) ? await dependencies.ports.ledger.read(deadLetterKey(id)) : undefined;
  if (stored?.record.kind === "dead-letter" && (await sees(dependencies, caller, stored.record))) return stored.record;
  throw new NotFoundError("Expected a dead letter under that id, got none: see drover dead-letters list");
}
