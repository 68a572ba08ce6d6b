import * as z from "zod/mini";
import { component, count, described, flag, text, time } from "../described.ts";

export const aliveAnswer = component(
  "Alive",
  "Yes or no, for load balancers.",
  z.looseObject({ status: described("Whether changes can be written down.", z.enum(["ok", "unavailable"])) }),
);

export const healthAnswer = component(
  "Health",
  "How this Drover is, and why.",
  z.looseObject({
    status: described("`degraded`: it answers, and something is wrong.", z.enum(["ok", "degraded", "unavailable"])),
    version: text("The release that runs."),
    working: flag("Whether operations are carried on here."),
    running: count("Messages that are handled right now."),
    startedAt: time("When it was started."),
    sweptAt: z.optional(time("When the sweep last looked for what is overdue.")),
    storage: described(
      "Whether changes can be written down.",
      z.union([
        z.looseObject({ ok: z.literal(true) }),
        z.looseObject({ ok: z.literal(false), reason: text("Why not."), since: time("Since when.") }),
      ]),
    ),
    checks: z.array(
      z.looseObject({
        name: text("What was looked at."),
        ok: flag("Whether it is fine."),
        detail: text("A sentence for people."),
        since: z.optional(time("Since when it is not, where that is known.")),
      }),
    ),
  }),
);
