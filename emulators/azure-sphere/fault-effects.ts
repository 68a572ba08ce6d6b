import { type Delay, droppedConnection, silence } from "../connection.ts";
import { type Answer, empty, json, problemDetails, titleOf } from "./answer.ts";
import type { FaultScript, LateLandingFault, StatusFault } from "./scenario.ts";
import type { World } from "./world.ts";

/** A request that a fault strikes. */
export interface Struck {
  readonly world: World;
  readonly atMs: number;
  readonly signal: AbortSignal;
  readonly delay: Delay | undefined;
  /** Carries the request out now. */
  readonly carryOut: () => Answer;
  /** Admits the request now and carries it out later. */
  readonly carryOutAt: (dueMs: number) => void;
}

/** What the caller gets, if anything. @throws TypeError as a broken connection does, or the signal's reason */
export async function suffer(fault: FaultScript, struck: Struck): Promise<Answer> {
  switch (fault.kind) {
    case "late-landing":
      struck.carryOutAt(struck.atMs + fault.landsAfterMs);
      return lateReply(fault, struck.world);
    case "status":
      if (fault.takesEffect) struck.carryOut();
      return statusAnswer(fault, struck);
    case "drop":
      if (fault.takesEffect) struck.carryOut();
      throw droppedConnection();
    case "silence":
      if (fault.takesEffect) struck.carryOut();
      return silence(struck.signal);
    default: {
      const answer = struck.carryOut();
      if (fault.kind === "foreign-pointers") return withForeignPointers(answer, fault.origin);
      if (fault.kind === "cut-json") return { ...answer, text: firstHalf(answer.text) };
      if (fault.kind === "cut-connection") return { ...answer, text: firstHalf(answer.text), breaksOff: true };
      await struck.delay?.(fault.delayMs, struck.signal);
      return answer;
    }
  }
}

function lateReply({ status }: LateLandingFault, world: World): Answer {
  if (status === undefined) throw droppedConnection();
  return json(status, [problemDetails(status, titleOf(status), world.settings.errorCodeNames)]);
}

function statusAnswer(fault: StatusFault, struck: Struck): Answer {
  const { status } = fault;
  const headers = retryAfter(fault, struck);
  const details = problemDetails(
    status,
    `A scripted answer: ${titleOf(status)}.`,
    struck.world.settings.errorCodeNames,
  );
  switch (fault.body ?? "problem") {
    case "problem":
      return json(status, [details], headers);
    case "object":
      return json(status, details, headers);
    case "html": {
      const text = `<html><head><title>${status} ${titleOf(status)}</title></head><body><h1>${titleOf(status)}</h1></body></html>`;
      return { status, headers: { "content-type": "text/html", ...headers }, text };
    }
    case "text":
      return {
        status,
        headers: { "content-type": "text/plain", ...headers },
        text: `${titleOf(status)}: try again later`,
      };
    case "empty":
      return empty(status, headers);
  }
}

function retryAfter(
  { retryAfterSeconds, retryAfterForm }: StatusFault,
  { world, atMs }: Struck,
): Record<string, string> {
  if (retryAfterSeconds === undefined) return {};
  if (retryAfterForm !== "http-date") return { "retry-after": String(retryAfterSeconds) };
  return { "retry-after": new Date(atMs + world.settings.clockSkewMs + retryAfterSeconds * 1_000).toUTCString() };
}

function firstHalf(text: string): string {
  return text.slice(0, Math.floor(text.length / 2));
}

function withForeignPointers(answer: Answer, origin: string): Answer {
  const body: unknown = answer.text === "" ? null : JSON.parse(answer.text);
  if (typeof body !== "object" || body === null || Array.isArray(body)) return answer;
  const moved = Object.entries(body).map(([name, value]: [string, unknown]) => {
    const isPointer = (name === "ResourceLocation" || name === "DetailsLocation") && typeof value === "string";
    return [name, isPointer ? origin + new URL(value, origin).pathname : value];
  });
  return { ...answer, text: JSON.stringify(Object.fromEntries(moved)) };
}
