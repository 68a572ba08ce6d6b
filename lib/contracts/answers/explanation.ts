import * as z from "zod/mini";
import { component, count, described, text, time } from "../described.ts";
import { outcomes } from "../event.ts";
import { historyEntry } from "./history.ts";
import { explainedChildren } from "./operation-parts.ts";

const commands = (description: string) => described(description, z.array(z.string()));
const effect = component(
  "Effect",
  "Something that an operation changes at its provider.",
  z.looseObject({
    name: text("Name of the effect."),
    attempt: count("1 for the first attempt; counts up each time absence was proven."),
    state: described(
      "`open`: a request is under way, or its answer was lost.",
      z.enum(["done", "found-later", "open"]),
    ),
    since: time("When the intent was written down."),
  }),
);

export const explanationAnswer = component(
  "Explanation",
  "What has become of an operation, for a person who has to decide whether to do something.",
  z.looseObject({
    operation: text("Id of the operation."),
    summary: text("One sentence: where it stands."),
    state: described("Whether anything is still to come.", z.enum(["active", "ended"])),
    outcome: z.optional(described("How it ended.", z.enum(outcomes))),
    timeline: described("Its history.", z.array(historyEntry)),
    waitsFor: z.optional(
      described(
        "What it waits for.",
        z.looseObject({
          code: text("Stable, kebab-case."),
          detail: text("A sentence for people."),
          since: time("Since when."),
          forMs: count("For how long, in milliseconds."),
        }),
      ),
    ),
    next: z.optional(
      described(
        "What happens by itself; absent when nothing does any more.",
        z.looseObject({ at: time("When."), what: text("What.") }),
      ),
    ),
    deadline: described(
      "When it ends at the latest.",
      z.looseObject({ at: time("When."), leftMs: count("How long that is, in milliseconds; 0 when it is over.") }),
    ),
    acts: described(
      "Who acts next.",
      z.looseObject({
        who: described(
          "`provider`: it is waited for. `nobody`: nothing is left to do.",
          z.enum(["drover", "provider", "person", "nobody"]),
        ),
        commands: commands("What a person can do, on the command line."),
      }),
    ),
    parent: z.optional(text("Id of the operation that this one is a part of.")),
    children: z.optional(explainedChildren),
    effects: z.array(effect),
    provider: described(
      "What the provider said.",
      z.looseObject({
        status: z.optional(text("The provider's own status, verbatim.")),
        ids: described("The provider's ids, by their names there.", z.record(z.string(), z.string())),
        requestIds: described("The provider's ids of the requests, for its support desk.", z.array(z.string())),
      }),
    ),
  }),
);
