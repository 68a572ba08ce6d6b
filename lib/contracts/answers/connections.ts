import * as z from "zod/mini";
import { component, count, described, flag, text, time } from "../described.ts";

export const connectionAnswer = component(
  "Connection",
  "A provider account of the configuration, without its credential.",
  z.looseObject({
    name: text("Name in the configuration. Requests name it."),
    kind: text("Kind of the provider, such as azure-sphere or heat."),
    api: z.optional(text("Which of the provider's interfaces is used.")),
    flavour: z.optional(text("Which cloud it is, where several offer the same interface.")),
    region: z.optional(text("Region of the cloud.")),
    endpoint: z.optional(text("Where its calls go to.")),
    limits: z.optional(
      described(
        "What it may be burdened with, by all operations together.",
        z.looseObject({
          inFlight: z.optional(count("Operations between their first effect and their end.")),
          changesPerMinute: z.optional(count("Requests that change something, within any 60 seconds.")),
        }),
      ),
    ),
    paused: z.optional(
      described(
        "Present while it is paused: nothing new is begun, and polls go on.",
        z.looseObject({ at: time("Since when."), by: text("By whom."), note: z.optional(text("Why.")) }),
      ),
    ),
  }),
);
export const connectionsAnswer = component(
  "Connections",
  "The connections that the client may know of.",
  z.looseObject({ connections: z.array(connectionAnswer) }),
);

export const checkAnswer = component(
  "ConnectionCheck",
  "Whether a connection works: login, reading, roles.",
  z.looseObject({
    connection: text("Name of the connection."),
    ok: flag("Whether everything is."),
    checks: z.array(
      z.looseObject({
        what: text("What was looked at."),
        ok: flag("Whether it is fine."),
        warning: z.optional(flag("Works, and should not stay so.")),
        detail: text("A sentence for people."),
      }),
    ),
  }),
);
