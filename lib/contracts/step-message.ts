import * as z from "zod/mini";
import { InvalidInputError, UnsupportedVersionError } from "./errors.ts";
import { operationIdPattern } from "./identifiers.ts";
import { parseAs, parseBoundedJson } from "./parse.ts";

/** Version that this release writes. It reads this one and the two before it. */
export const stepMessageVersion = 1;
const oldestReadable = Math.max(1, stepMessageVersion - 2);

const stepName = /^[a-z][a-z0-9-]{0,63}$/;
const count = z.int().check(z.minimum(0), z.maximum(1_000_000_000));

/** A pointer to an operation and its `seq`. Never data, never a secret. */
export const stepMessageSchema = z.object({
  v: count,
  operation: z.string().check(z.regex(operationIdPattern, "expected an operation id")),
  step: z.string().check(z.regex(stepName, "expected a step name")),
  seq: count,
  /** Polls without a change so far, since the operation entered this step. */
  n: count,
  /** Tries of this very step since its last success: throttled, unreachable, waiting. */
  attempt: count,
  /** Absolute deadline of the operation, ms since 1970. */
  deadline: z.number(),
  traceparent: z.optional(z.string().check(z.maxLength(55))),
  /** Sent by somebody who had not sent what the row owes, such as whoever hands over a turn: its arrival proves nothing. */
  wake: z.optional(z.literal(true)),
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
  return decodeUsual(body) ?? decodeCarefully(body);
}

const usualStart = `{"v":${stepMessageVersion},`;
const isCount = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 1e9;

/**
 * A message of this version as this release writes it: every hop decodes one, and the schema costs ten times as much.
 * Accepts nothing that the schema refuses (a property test); whatever else comes takes the careful way.
 */
function decodeUsual(body: string): StepMessage | undefined {
  if (body.length > 1024 || !body.startsWith(usualStart)) return undefined;
  let value: Partial<StepMessage>;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  const { v, operation, step, seq, n, attempt, deadline, traceparent, wake } = value;
  if (wake !== undefined || v !== stepMessageVersion || !isCount(seq) || !isCount(n) || !isCount(attempt))
    return undefined;
  if (typeof operation !== "string" || !operationIdPattern.test(operation)) return undefined;
  if (typeof step !== "string" || !stepName.test(step) || !Number.isFinite(deadline)) return undefined;
  if (deadline === undefined || body.includes("__proto__")) return undefined;
  if (traceparent === undefined) return { v, operation, step, seq, n, attempt, deadline };
  if (typeof traceparent !== "string" || traceparent.length > 55) return undefined;
  return { v, operation, step, seq, n, attempt, deadline, traceparent };
}

function decodeCarefully(body: string): StepMessage {
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
