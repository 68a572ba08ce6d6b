import * as z from "zod/mini";
import { component, count, described, text } from "../described.ts";

const provider = component(
  "ProviderProblem",
  "Whose answer is behind a problem, with what its support desk asks for.",
  z.looseObject({
    name: text("The provider, such as heat."),
    operation: z.optional(text("What was asked of it.")),
    status: z.optional(count("The HTTP status of its answer.")),
    requestId: z.optional(text("Its id of the request.")),
  }),
);

/** @see https://www.rfc-editor.org/rfc/rfc9457 */
export const problemAnswer = component(
  "Problem",
  "A problem by RFC 9457. Programs match on `code`; `detail` is for people and may change.",
  z.looseObject({
    type: text("`urn:drover:problem:` and the code."),
    title: text("What the status means."),
    status: count("The HTTP status."),
    detail: text("One sentence: what was expected, what was found, and what helps."),
    code: text("Stable, kebab-case."),
    problems: z.optional(described("One entry for each thing to mend: path and problem.", z.array(z.string()))),
    provider: z.optional(provider),
  }),
);
export type ProblemAnswer = z.output<typeof problemAnswer>;
