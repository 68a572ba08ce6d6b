import * as z from "zod/mini";
import { component, count, described, flag, text } from "../described.ts";

const location = () => text("Path of the operation.");
const operation = () => text("Id of the operation.");
const status = described(
  "`accepted`: new. `duplicate`: known before, with the same content. `cancelling`: a cancel was taken.",
  z.enum(["accepted", "duplicate", "cancelling"]),
);

export const acceptanceAnswer = component(
  "Acceptance",
  "A request that was taken, and is on disk.",
  z.looseObject({ operation: operation(), status, location: location() }),
);

const taken = component(
  "TakenOfBatch",
  "A request of a batch that was taken.",
  z.looseObject({
    operation: operation(),
    status: described(
      "As for a single request; `absent`: a cancel of an operation that is not there.",
      z.enum(["accepted", "duplicate", "cancelling", "absent"]),
    ),
    location: location(),
  }),
);
const refused = component(
  "RefusedOfBatch",
  "A request of a batch that was not taken. Sending it again changes nothing.",
  z.looseObject({ status: z.literal("refused"), code: text("Stable, kebab-case."), detail: text("What is wrong.") }),
);
export const batchAnswer = component(
  "BatchAcceptance",
  "What became of each request of a batch, in their order.",
  z.looseObject({ requests: z.array(z.union([taken, refused])) }),
);

export const validationAnswer = component(
  "EventGridValidation",
  "The code that Event Grid wants to hear again before it sends anything.",
  z.looseObject({ validationResponse: text("The code.") }),
);

export const planAnswer = component(
  "Plan",
  "The provider calls that a request would begin with. Nothing was sent and nothing was written down.",
  z.looseObject({
    operation: text("Id that the operation would have."),
    connection: text("The connection that it would go through."),
    deadlineMs: count("Time that it may take at most, in milliseconds."),
    targets: z.optional(count("Of a request for several targets: how many. The calls are those for the first.")),
    calls: z.array(
      component(
        "PlannedCall",
        "A call of the provider.",
        z.looseObject({
          method: text("HTTP method."),
          url: text("Where it is sent. Parts that are known only later stand in braces."),
          body: z.optional(described("What is sent.", z.json())),
          changes: flag("Whether it changes anything."),
        }),
      ),
    ),
  }),
);
