import * as z from "zod/mini";
import { component, count, described, text, time } from "../described.ts";
import { outcomes } from "../event.ts";

/** What answers about operations are made of. */

export const id = () => text("Id of the operation: 52 characters.");
export const outcome = () => described("How it ended. `unknown` waits for a person to resolve it.", z.enum(outcomes));
export const names = (description: string) => described(description, z.record(z.string(), z.string()));

/** Of a parent: how many of its operations ended, by outcome. */
const total = count("Targets of the request: one operation each.");
const ended = described("How many have ended, by outcome.", z.record(z.string(), z.int()));
export const children = component(
  "Children",
  "How the parts of a parent stand.",
  z.looseObject({ total, begun: count("Parts that are known to exist."), ended }),
);
export type Children = Pick<z.output<typeof children>, "total" | "ended">;

export const request = component(
  "RequestKey",
  "The request behind an operation. `source` and `id` together are its idempotency key.",
  z.looseObject({
    source: text("Who asked."),
    id: text("The request's id."),
    type: text("What was asked for."),
    subject: z.optional(text("What it is about, in the requester's words.")),
    time: z.optional(text("When it was asked for, as the requester says.")),
    deadline: z.optional(text("How long it was given, as an ISO 8601 duration, whether the request says so or not.")),
  }),
);
export const waitingFor = component(
  "WaitingFor",
  "What an operation waits for.",
  z.looseObject({
    code: text("Stable, kebab-case, such as throttled, paused, turn or approval."),
    detail: text("A sentence for people."),
    since: time("Since when."),
    who: z.optional(text("The operation that it waits for, where it is one.")),
  }),
);
export const provider = component(
  "ProviderState",
  "What the provider said last.",
  z.looseObject({
    status: z.optional(text("The provider's own status, verbatim.")),
    ids: z.optional(names("The provider's ids, by their names there.")),
  }),
);
export const cancelRequested = component(
  "CancelRequested",
  "A cancel that was asked for.",
  z.looseObject({ at: time("When."), by: text("By whom."), note: z.optional(text("Why.")) }),
);
export const resolution = component(
  "Resolution",
  "What a person found out of an operation that ended as unknown.",
  z.looseObject({
    as: described("What has happened.", z.enum(["succeeded", "failed", "not-done"])),
    by: text("By whom."),
    note: text("How that is known."),
    at: time("When."),
  }),
);

/** Of an explanation; commands are for `drover` on a terminal. */
export const explainedChildren = described(
  "Of a parent: how its parts stand.",
  z.looseObject({
    total,
    ended,
    commands: described("How to see those that did not succeed.", z.array(z.string())),
  }),
);
