import { Hono } from "hono";
import type { Caller } from "../../../lib/clients/caller.ts";
import { sayReady } from "../../../lib/operations/pickup.ts";
import { type Installer, refuseOthers, whenReady } from "../../hand-over/pickup.ts";
import { noteSchema } from "../bodies.ts";
import { callerOf } from "../callers.ts";
import { concealed } from "../conceal.ts";
import type { ApplicationDependencies } from "../dependencies.ts";
import { giveOut } from "../handed-over/give.ts";
import { mintOf } from "../handed-over/mint.ts";
import { handoffView } from "../handed-over/view.ts";
import { bodyAs, countIn, durably, refuseUnknown } from "../input.ts";
import { wholeOf } from "../lookup.ts";
import { placeFor, tooManyWaiting } from "../places.ts";
import { queryNames, waitSeconds } from "../query.ts";
import { untilChanged } from "../wait.ts";

/** What whoever stands at a device says and takes. */
export function handoffRoutes(dependencies: ApplicationDependencies): Hono {
  const { ports } = dependencies;
  const routes = new Hono();

  routes.post("/operations/:id/actions/ready", async ({ req, json }) => {
    const caller = callerOf(req.raw);
    const { id } = await wholeOf(dependencies, caller, req.param("id"));
    const { note } = await bodyAs(req.raw, noteSchema, "the body of a ready");
    const installer = installerOf(caller);
    const { kind } = await sayReady(ports, id, (record, now) => whenReady(record, now, installer), {
      by: installer.name,
      ...(note === undefined ? {} : { note }),
    });
    await durably(dependencies);
    return json({ operation: id, ready: kind }, kind === "ready" ? 202 : 200);
  });

  routes.get("/handoffs/:id", async ({ req, json }) => {
    const query = req.query();
    refuseUnknown(query, queryNames.handoff);
    const seconds = countIn(query, "wait", waitSeconds);
    const caller = callerOf(req.raw);
    const read = async () => {
      const record = await wholeOf(dependencies, caller, req.param("id"));
      refuseOthers(record);
      return record;
    };
    const release = placeFor(dependencies, caller, seconds > 0 && query["since"] !== undefined);
    if (!release) return tooManyWaiting();
    try {
      const record = await untilChanged(dependencies, read, query["since"], seconds * 1000, req.raw.signal);
      const shown = await concealed(dependencies, caller, record);
      return json(handoffView(shown, mintOf(dependencies, shown), ports.clock.now()));
    } finally {
      release();
    }
  });

  routes.post("/handoffs/:id/fetch", async ({ req }) => {
    refuseUnknown(req.query(), []);
    const caller = callerOf(req.raw);
    const record = await wholeOf(dependencies, caller, req.param("id"));
    return giveOut(dependencies, record, installerOf(caller));
  });
  return routes;
}

const installerOf = ({ name, owns }: Caller): Installer => ({ name, owns });
