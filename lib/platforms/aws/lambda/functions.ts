import middy from "@middy/core";
import type { Context, Handler, SQSBatchResponse, SQSEvent } from "aws-lambda";
import type { MessageHandler } from "../../../contracts/ports.ts";
import type { After } from "../../after.ts";
import type { SettleParts } from "../../settle.ts";
import type { Voice } from "../platform.ts";
import { decodeRecords } from "./decode.ts";
import { deliverEach } from "./deliver.ts";
import type { Middleware } from "./middleware.ts";
import { reportFailures } from "./report-failures.ts";
import { flushMetrics, speak } from "./speak.ts";
import { timeGuard } from "./time-guard.ts";

export interface FunctionParts extends SettleParts {
  readonly voice: Voice;
  readonly after: After;
  /** The queue's name by the ARN that its records come with. */
  readonly queueOf: (arn: string) => string;
}

/** middy's own clock is off: `timeGuard` keeps the time, and an answer at its end. */
function composed<Event, Result>(
  middlewares: readonly Middleware[],
  handler: (event: Event, context: Context) => Promise<Result>,
): Handler {
  return middy({ timeoutEarlyInMillis: 0 })
    .use([...middlewares])
    .handler((event, context) => handler(event as Event, context)) as Handler;
}

/** A function behind queues. @param open makes the handler, or gives the one that this instance has */
export function queueFunction(
  parts: FunctionParts,
  open: () => Promise<MessageHandler>,
): Handler<SQSEvent, SQSBatchResponse> {
  const { voice, after, queueOf } = parts;
  return composed(
    [flushMetrics(voice), speak(voice), timeGuard(after), reportFailures(parts), decodeRecords(queueOf)],
    deliverEach(open),
  );
}

/** A function that is asked for once at a time: by a schedule, or over HTTP. */
export function plainFunction<Event, Result>(
  { voice, after }: Pick<FunctionParts, "voice" | "after">,
  handler: (event: Event, context: Context) => Promise<Result>,
): Handler<Event, Result> {
  return composed([flushMetrics(voice), speak(voice), timeGuard(after)], handler);
}
