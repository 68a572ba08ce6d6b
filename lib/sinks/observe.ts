import { type DeliveryMessage, deliverEventQueue } from "../contracts/sink.ts";
import { instruments, noSpan, type Span, type Telemetry } from "../contracts/telemetry.ts";
import type { Posted } from "./post.ts";

/** Hears of every try: a span behind the event's own trace, and a sum for its sink. Nothing that a receiver said stands in it. */
export async function watched(
  telemetry: Telemetry | undefined,
  message: DeliveryMessage,
  attempt: () => Promise<Posted>,
): Promise<Posted> {
  if (!telemetry) return attempt();
  const span = spanOf(telemetry, message);
  const posted = await span.within(attempt);
  const result = resultOf(posted);
  telemetry.count(instruments.deliveries, 1, message.sink, result);
  span.set("drover.sink.result", result);
  if (posted.kind === "answered") span.set("http.response.status_code", posted.status);
  span.end(errorTypeOf(posted, result));
  return posted;
}

function spanOf(telemetry: Telemetry, { sink, event, attempt }: DeliveryMessage): Span {
  if (!telemetry.tracing) return noSpan;
  const { traceparent, subject } = event;
  const parent = typeof traceparent === "string" ? traceparent : undefined;
  return telemetry.span(`process ${deliverEventQueue}`, "consumer", parent, {
    "messaging.system": "drover",
    "messaging.operation.type": "process",
    "messaging.operation.name": "process",
    "messaging.destination.name": deliverEventQueue,
    "drover.sink": sink,
    "drover.event.type": event.type,
    "drover.attempt": attempt,
    ...(typeof subject === "string" ? { "drover.operation.id": subject } : {}),
  });
}

/** The class of a status; `failed` without one that means anything. */
function resultOf(posted: Posted): string {
  if (posted.kind !== "answered") return posted.kind;
  return isStatus(posted.status) ? `${Math.floor(posted.status / 100)}xx` : "failed";
}

function errorTypeOf(posted: Posted, result: string): string | undefined {
  if (result === "2xx") return undefined;
  return posted.kind === "answered" && isStatus(posted.status) ? String(posted.status) : "_OTHER";
}

const isStatus = (status: number) => status >= 100 && status <= 599;
