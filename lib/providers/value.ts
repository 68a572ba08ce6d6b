import type * as z from "zod/mini";
import { type Answer, jsonOf, unreadable } from "./answer.ts";
import type { Call } from "./call.ts";

/** A schema together with its `safeParse`, which the type of zod's core does not show. */
export type Checked<Schema extends z.core.$ZodType> = Schema & {
  safeParse(value: unknown): z.core.util.SafeParseResult<z.output<Schema>>;
};

/** The answer's JSON as the schema's type. @throws RetryableError */
export function valueIn<Schema extends z.core.$ZodType>(
  answer: Answer,
  call: Call,
  schema: Checked<Schema>,
): z.output<Schema> {
  const parsed = schema.safeParse(jsonOf(answer, call));
  if (parsed.success) return parsed.data;
  throw unreadable(answer, call, `an unexpected shape (${firstPath(parsed.error)})`);
}

/** Where the shape differs, without the value that stands there. */
function firstPath({ issues }: { readonly issues: readonly z.core.$ZodIssue[] }): string {
  const [issue] = issues;
  return issue === undefined ? "unknown" : `${issue.path.map(String).join(".") || "the whole"}: ${issue.message}`;
}
