import * as z from "zod/mini";
import { component, text, time } from "../described.ts";
import { id } from "./operation-parts.ts";

export const historyEntry = component(
  "HistoryEntry",
  "One thing that happened to an operation.",
  z.looseObject({
    at: time("When."),
    what: text("Kebab-case: accepted, intent-written, effect-done, poll, waiting and others."),
    step: z.optional(text("At which step.")),
    detail: z.optional(text("A sentence for people.")),
    requestId: z.optional(text("The provider's id of the request.")),
  }),
);
export type Entry = z.output<typeof historyEntry>;
export const historyAnswer = component(
  "History",
  "What happened to an operation, oldest first: the first entries and the newest ones.",
  z.looseObject({ operation: id(), history: z.array(historyEntry) }),
);
