import * as z from "zod/mini";
import { component, count, described, text, time } from "../described.ts";

/** Who is ready for a credential, and who was given it. */

export const ready = component(
  "Ready",
  "Who said last to stand ready.",
  z.looseObject({ by: text("By whom."), at: time("When.") }),
);
export const fetched = component(
  "Fetched",
  "Who was given a credential.",
  z.looseObject({
    by: text("By whom."),
    at: time("When."),
    secondsLeft: count("For how long it was good then."),
  }),
);
export const pickup = component(
  "Pickup",
  "Of an operation that hands something over: what people have said, and taken. Never what is handed over.",
  z.looseObject({
    ready: z.optional(ready),
    fetched: z.optional(described("The last one, where several were minted.", fetched)),
  }),
);
