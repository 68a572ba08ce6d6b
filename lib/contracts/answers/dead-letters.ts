import * as z from "zod/mini";
import { component, count, described, text, time } from "../described.ts";

const letter = {
  id: text("Id of the letter."),
  queue: text("The queue that the message came from."),
  cause: text("Why it was given up."),
  receives: count("Deliveries until then."),
  at: time("When it was given up."),
  verdict: described(
    "Whether it can be taken up again: `safe-to-redrive`, `moved-on` (its operation has gone on without it), `expired`, `needs-decision`.",
    z.enum(["safe-to-redrive", "moved-on", "expired", "needs-decision"]),
  ),
  operation: z.optional(text("The operation that it belongs to.")),
  step: z.optional(text("The step that it would have run.")),
  providerStatus: z.optional(text("What the provider said of the operation when it was given up.")),
  redrivenAt: z.optional(time("When it was taken up again.")),
  retainUntil: time("When it is forgotten."),
};

export const deadLetterAnswer = component(
  "DeadLetter",
  "A message that was given up.",
  z.looseObject({
    ...letter,
    body: z.optional(text("The message as it came, cut at a bound; only where one letter is asked for.")),
  }),
);
export const deadLettersAnswer = component(
  "DeadLetterPage",
  "Dead letters, without their bodies.",
  z.looseObject({
    deadLetters: z.array(deadLetterAnswer),
    cursor: z.optional(text("Gives the next page; absent on the last one.")),
  }),
);
