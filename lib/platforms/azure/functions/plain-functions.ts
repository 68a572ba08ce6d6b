import type { HttpHandler, HttpRequest, HttpResponseInit, TimerHandler } from "@azure/functions";
import { messageOf } from "../../../contracts/errors.ts";
import { redacted } from "../../redaction.ts";
import { guardTime } from "../../time-guard.ts";
import { asInvocation, type Invocation } from "./invocations.ts";
import type { FunctionParts } from "./parts.ts";

/** The next minute is another invocation's. */
export const timerFunctionMs = 55_000;
/** The front of Azure gives an answer 230 s; whoever waits longer than this asks again. */
export const httpFunctionMs = 60_000;

/** The host writes down what a function throws, with its stack: only what the log may say is thrown. */
class InvocationFailedError extends Error {
  override readonly name = "InvocationFailedError";
}

/** A function that its schedule calls. Its result is a line of the log. */
export function timerFunction(
  parts: FunctionParts,
  work: () => Promise<Readonly<Record<string, number>>>,
): TimerHandler {
  return (_timer, context) =>
    asInvocation(context, () =>
      told(parts, timerFunctionMs, async () => {
        parts.voice.log.info("ran", await work());
      }),
    );
}

/** A function that is asked over HTTP. */
export function httpFunction(
  parts: FunctionParts,
  work: (request: HttpRequest, signal: AbortSignal) => Promise<HttpResponseInit>,
): HttpHandler {
  return (request, context) =>
    asInvocation(context as Invocation, () => told(parts, httpFunctionMs, (signal) => work(request, signal)));
}

/** What does not end in time goes on beside the next, and what it writes is conditional: the host would end the whole process over it. */
async function told<Value>(
  { voice, after, monotonicMs }: FunctionParts,
  limitMs: number,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const endsAtMs = monotonicMs() + limitMs;
  const guard = guardTime(after, () => endsAtMs - monotonicMs());
  const late = guard.over.then((): never => {
    throw new Error("Expected the invocation to end in its time, got one that did not");
  });
  try {
    return await Promise.race([work(guard.signal), late]);
  } catch (error) {
    voice.log.error("the invocation failed", { error: messageOf(error) });
    throw new InvocationFailedError(redacted(messageOf(error)));
  } finally {
    guard.callOff();
    voice.tellFigures();
  }
}
