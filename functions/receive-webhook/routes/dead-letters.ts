import { Hono } from "hono";
import { NotFoundError } from "../../../lib/contracts/errors.ts";
import { type DeadLetterRecord, deadLetterKey } from "../../../lib/contracts/operation.ts";
import { redrive } from "../../../lib/operations/commands.ts";
import type { ApplicationDependencies } from "../dependencies.ts";
import { countIn, durably, refuseUnknown } from "../input.ts";
import { deadLetterView } from "../views.ts";

const idPattern = /^[0-9a-f]{26}$/;

export function deadLetterRoutes(dependencies: ApplicationDependencies): Hono {
  const { ports, callerOf } = dependencies;
  const routes = new Hono();

  routes.get("/dead-letters", async ({ req, json }) => {
    const query = req.query();
    refuseUnknown(query, ["cursor", "limit"]);
    const limit = countIn(query, "limit", { default: 50, min: 1, max: 500 });
    const cursor = query["cursor"];
    const page = await ports.ledger.listByPrefix(deadLetterKey(""), limit, cursor);
    const letters = page.items.flatMap(({ record }) => (record.kind === "dead-letter" ? [record] : []));
    return json({
      deadLetters: letters.map((letter) => deadLetterView(letter, false)),
      ...(page.cursor === undefined ? {} : { cursor: page.cursor }),
    });
  });

  routes.get("/dead-letters/:id", async ({ req, json }) =>
    json(deadLetterView(await letterOf(dependencies, req.param("id")), true)),
  );

  routes.post("/dead-letters/:id/redrive", async ({ req, json }) => {
    const { id } = await letterOf(dependencies, req.param("id"));
    const letter = await redrive(ports, id, { by: callerOf(req.raw) });
    await durably(dependencies);
    return json(deadLetterView(letter, false), 202);
  });
  return routes;
}

async function letterOf({ ports }: ApplicationDependencies, id: string): Promise<DeadLetterRecord> {
  const stored = idPattern.test(id) ? await ports.ledger.read(deadLetterKey(id)) : undefined;
  if (stored?.record.kind === "dead-letter") return stored.record;
  throw new NotFoundError("Expected a dead letter under that id, got none: see drover dead-letters list");
}
