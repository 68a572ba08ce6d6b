import * as z from "zod/mini";
import { InvalidInputError, UnsupportedVersionError } from "./errors.ts";
import { operationIdPattern } from "./identifiers.ts";
import { parseAs, parseBoundedJson } from "./parse.ts";

/** Version that this release writes. It reads this one and the two before it. */
export const stepMessageVersion = 1;
const oldestReadable = Math.max(1, stepMessageVersion - 2);

const count = z.int().check(z.minimum(0), z.maximum(1_000_000_000));

/** A pointer to an operation and its `seq`. Never data, never a secret. */
export const stepMessageSchema = z.object({
  v: count,
  operation: z.string().check(z.regex(operationIdPattern, "expected an operation id")),
  step: z.string().check(z.regex(/^[a-z][a-z0-9-]{0,63}$/, "expected a step name")),
  seq: count,
  /** Polls without a change so far, since the operation entered this step. */
  n: count,
  /** Tries of this very step since its last success: throttled, unreachable, waiting. */
  attempt: count,
  /** Absolute deadline of the operation, ms since 1970. */
  deadline: z.number(),
  traceparent: z.optional(z.string().check(z.maxLength(55))),
});
export type StepMessage = z.output<typeof stepMessageSchema>;

export function encodeStepMessage(message: StepMessage): string {
  return JSON.stringify(message);
}

/**
 * @throws InvalidInputError when it is unreadable or older than supported (a dead letter);
 *   UnsupportedVersionError when it is newer: an old instance met it during a rollout, so it is tried again later
 */
export function decodeStepMessage(body: string): StepMessage {
  const value = parseBoundedJson(body, "a step message", 4096);
  const version = typeof value === "object" && value !== null && "v" in value ? value.v : undefined;
  if (typeof version === "number" && version > stepMessageVersion) {
    throw new UnsupportedVersionError(
      `Expected a step message of version ${stepMessageVersion} or older, got version ${version}: finish the rollout of the newer release`,
      version,
    );
  }
  if (typeof version === "number" && version < oldestReadable) {
    throw new InvalidInputError(
      `Expected a step message of version ${oldestReadable} or newer, got version ${version}`,
      {
        code: "version-too-old",
      },
    );
  }
  return parseAs(stepMessageSchema, value, "a step message");
}
