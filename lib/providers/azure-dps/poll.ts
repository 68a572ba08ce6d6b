import { type DroverError, PermanentError } from "../../contracts/errors.ts";
import type { CallContext, Polled } from "../../contracts/provider.ts";
import type { Secret } from "../../contracts/secret.ts";
import { valueIn } from "../value.ts";
import type { Answered } from "./arm.ts";
import { quoteOf } from "./errors.ts";
import { type Ended, ended, judge, judgeGone } from "./judge.ts";
import type { Parts } from "./parts.ts";
import { type Polling, pollingOf, statusUrlPurpose } from "./polling.ts";
import { quotedWord, saidIn, withoutKeys } from "./said.ts";
import { operationResultSchema, type ServiceDescription } from "./wire.ts";

/** Words for work that goes on. Any other that is no end either is one that nobody knows. */
const running: ReadonlySet<string> = new Set([
  "accepted",
  "activating",
  "creating",
  "deleting",
  "inprogress",
  "notstarted",
  "pending",
  "provisioning",
  "running",
  "started",
  "transitioning",
  "updating",
]);

type PollParts = Pick<Parts, "client" | "sealer">;

/** One look at a change of a service: one read as long as it goes on, and one more of the service at its end. */
export async function poll(parts: PollParts, stored: unknown, { signal }: CallContext): Promise<Polled> {
  const polling = pollingOf(stored);
  try {
    const url = await openedUrl(parts, polling);
    if (url === undefined) return await lookAtService(parts, polling, signal, { confirmed: false });
    const answered = await follow(parts, polling, url, signal);
    if (answered === undefined) return await lookAtService(parts, polling, signal, { confirmed: false });
    return polling.follow?.by === "location"
      ? await byHttpStatus(parts, polling, answered, signal)
      : await byStatus(parts, polling, answered, signal);
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    // The refusal of a read says nothing about what the change did, and is no failure of it.
    return unclear(error.message, error);
  }
}

/** Undefined also where it was sealed by a key that is gone: the service itself can still be looked at. */
async function openedUrl({ sealer }: PollParts, { follow }: Polling): Promise<Secret | undefined> {
  if (follow === undefined) return undefined;
  try {
    return await sealer.open(statusUrlPurpose, follow.url);
  } catch (error) {
    if (error instanceof PermanentError) return undefined;
    throw error;
  }
}

/** Undefined where the service does not tell any more: results are kept for a time that nobody states. */
async function follow({ client }: PollParts, polling: Polling, url: Secret, signal: AbortSignal) {
  try {
    return await client.followed(polling, url, signal);
  } catch (error) {
    if (error instanceof PermanentError) return undefined;
    throw error;
  }
}

async function byStatus(parts: PollParts, polling: Polling, answered: Answered, signal: AbortSignal): Promise<Polled> {
  const { answer, call } = answered;
  const more = moreOf(answered);
  // A status URL that has nothing to say any more is over.
  if (answer.status === 204) return lookAtService(parts, polling, signal, { confirmed: true });
  if (answer.problem === undefined && answer.text.trim() === "") {
    if (answer.status === 202) return { kind: "in-progress", status: "202", ...more };
    return { kind: "unclear", status: "an empty answer instead of a status", ...more };
  }
  const status = valueIn(answer, call, operationResultSchema)?.status;
  const word = typeof status === "string" ? status.trim().toLowerCase() : "";
  switch (word) {
    case "succeeded":
      return lookAtService(parts, polling, signal, { confirmed: true });
    case "failed":
    case "canceled":
    case "cancelled":
      return { ...failedAs(word === "failed" ? "Failed" : "Canceled", polling, answered), ...idOf(answered) };
  }
  if (running.has(word)) return { kind: "in-progress", status: String(status).trim(), ...more };
  return { kind: "unclear", status: word === "" ? "no status" : `unknown status ${quotedWord(status)}`, ...more };
}

/** `Location` says it by the HTTP status: of a DELETE 200 means that it goes on. */
async function byHttpStatus(parts: PollParts, polling: Polling, answered: Answered, signal: AbortSignal) {
  const { status } = answered.answer;
  const goesOn = status === 202 || (polling.change === "delete" && status !== 204);
  if (goesOn) return { kind: "in-progress", status: String(status), ...moreOf(answered) } as const;
  return lookAtService(parts, polling, signal, { confirmed: true });
}

function failedAs(status: string, polling: Polling, { answer }: Answered): Ended {
  const said = saidIn(answer);
  const quote = quoteOf(said, answer) ?? "no error named";
  const { code: word = "" } = said;
  const code = /^[\w.-]{1,40}$/.test(word) && withoutKeys(word) === word ? word : `change-${status.toLowerCase()}`;
  return ended(polling, {
    status,
    outcome: "failed",
    code,
    reason: `Azure ended the change of service ${polling.service} as ${status} with ${quote}`,
  });
}

async function lookAtService(
  { client }: PollParts,
  polling: Polling,
  signal: AbortSignal,
  { confirmed }: { readonly confirmed: boolean },
): Promise<Polled> {
  // A DELETE that was confirmed leaves nothing to look at.
  if (polling.change === "delete" && confirmed) return judgeGone(polling);
  let description: ServiceDescription;
  try {
    description = await client.service(polling, signal);
  } catch (error) {
    if (error instanceof PermanentError && isGone(error)) return judgeGone(polling);
    throw error;
  }
  return judge(description, polling, confirmed);
}

/** Another 404, of the subscription for one, tells nothing about the service. */
function isGone({ code }: DroverError): boolean {
  return code === "service-not-found" || code === "resource-group-not-found";
}

function idOf({ answer: { requestId } }: Answered) {
  return requestId === undefined ? {} : { requestId };
}

function moreOf(answered: Answered) {
  const { retryAfterMs } = answered.answer;
  return { ...(retryAfterMs === undefined ? {} : { retryAfterMs }), ...idOf(answered) };
}

function unclear(status: string, { requestId }: DroverError): Polled {
  return { kind: "unclear", status, ...(requestId === undefined ? {} : { requestId }) };
}
