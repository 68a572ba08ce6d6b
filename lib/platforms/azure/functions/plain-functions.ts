import type { HttpHandler, HttpRequest, HttpResponseInit, TimerHandler } from "@azure/functions";
import { messageOf } from "../../../contracts/errors.ts";
import { guardTime } from "../../time-guard.ts";
import { asInvocation, type Invocation } from "./invocations.ts";
import type { FunctionParts } from "./parts.ts";

/** The next minute is another invocation's. */
export const timerFunctionMs = 55_000;
/** The front of Azure gives an answer 230 s; whoever waits longer than this asks again. */
export const httpFunctionMs = 60_000;

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

async function told<Value>(
  { voice, after, monotonicMs }: FunctionParts,
  limitMs: number,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const endsAtMs = monotonicMs() + limitMs;
  const guard = guardTime(after, () => endsAtMs - monotonicMs());
  try {
    return await work(guard.signal);
  } catch (error) {
    voice.log.error("the invocation failed", { error: messageOf(error) });
    throw error;
  } finally {
    guard.callOff();
    voice.tellFigures();
  }
}
