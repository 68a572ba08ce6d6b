import { RetryableError } from "../contracts/errors.ts";
import type { Secret } from "../contracts/secret.ts";
import { type Call, effectWithoutProof } from "./call.ts";

/** Why the text of an answer is not all of it. */
export type BodyProblem = "cut-off" | "too-large" | "not-utf-8" | "timed-out" | "interrupted";

/** A provider's answer with any status but a redirect, its body read within bounds. */
export interface Answer {
  readonly status: number;
  readonly host: string;
  /** Empty when `problem` says why. */
  readonly text: string;
  readonly problem?: BodyProblem;
  readonly retryAfterMs?: number;
  readonly requestId?: string;
  /** By the server's clock, where it says so (ms since 1970). */
  readonly dateMs?: number;
  /** What stood in the call's `tokenHeader`. */
  readonly token?: Secret;
  /** What stood in the call's `secretHeaders`. */
  readonly secretHeaders?: Readonly<Record<string, Secret>>;
  /** What stood in the call's `shownHeaders`: as it came, so shown by `show` alone. */
  readonly shownHeaders?: Readonly<Record<string, string>>;
  /** A text of the provider as it may be shown: bounded, and without the secrets that were sent. */
  readonly show: (text: string, maxLength?: number) => string;
}

const got: Readonly<Record<BodyProblem | "empty" | "html" | "cut-off-json" | "not-json" | "too-deep", string>> = {
  "cut-off": "a body that breaks off",
  "too-large": "a body above the bound",
  "not-utf-8": "a body that is not UTF-8",
  "timed-out": "a body that did not end in time",
  interrupted: "a body whose reading was interrupted",
  empty: "an empty body",
  html: "HTML",
  "cut-off-json": "JSON that breaks off",
  "not-json": "text that is not JSON",
  "too-deep": "JSON nested too deep",
};

/** @throws RetryableError when it is not JSON: a page of a gateway says nothing about the provider's decision */
export function jsonOf(answer: Answer, call: Call): unknown {
  if (answer.problem !== undefined) throw unreadable(answer, call, got[answer.problem], answer.problem);
  const text = answer.text.trim();
  if (text === "") throw unreadable(answer, call, got.empty, "empty");
  if (text.startsWith("<")) throw unreadable(answer, call, got.html, "html");
  const value = parsed(text, answer, call);
  if (isTooDeep(value)) throw unreadable(answer, call, got["too-deep"], "too-deep");
  return value;
}

function parsed(text: string, answer: Answer, call: Call): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the body, which may hold anything.
    const kind = isCutOff(text) ? "cut-off-json" : "not-json";
    throw unreadable(answer, call, got[kind], kind);
  }
}

/** No provider nests half as deep. What the parser can read at a greater depth nobody could write again: that works by recursion. */
const maxDepth = 100;

function isTooDeep(value: unknown): boolean {
  let level: readonly unknown[] = [value];
  for (let depth = 0; depth <= maxDepth; depth += 1) {
    level = level.flatMap((one) => (typeof one === "object" && one !== null ? Object.values(one) : []));
    if (level.length === 0) return false;
  }
  return true;
}

function isCutOff(text: string): boolean {
  return (text.startsWith("{") && !text.endsWith("}")) || (text.startsWith("[") && !text.endsWith("]"));
}

/** The answer has the right status and says something that cannot be used. `what` is ours, without text of the provider that was not shown. */
export function unreadable(answer: Answer, call: Call, what: string, code = "unexpected-shape"): RetryableError {
  return new RetryableError(
    `Expected JSON about ${call.about} from ${answer.host}, got ${what} with status ${answer.status}`,
    { ...detailsOf(answer, call), code: `unreadable-answer-${code}`, effect: effectWithoutProof(call) },
  );
}

export function detailsOf(answer: Answer, call: Call) {
  return {
    provider: call.provider,
    operation: call.operation,
    status: answer.status,
    ...(answer.requestId === undefined ? {} : { requestId: answer.requestId }),
  };
}
