import { DroverError } from "../contracts/errors.ts";
import type { EventType } from "../contracts/event.ts";
import type { OperationRecord } from "../contracts/operation.ts";
import { type Delivery, inboxQueue, type Ports, type Settlement } from "../contracts/ports.ts";
import type { OperationRequest } from "../contracts/request.ts";
import type { StepMessage } from "../contracts/step-message.ts";
import { instruments, noSpan, type Span, type SpanAttributes, type Telemetry } from "../contracts/telemetry.ts";

/** Reasons to try again that come from outside; for all others an operation waits its time. */
const retryCodes: ReadonlySet<string> = new Set([
  "throttled",
  "unavailable",
  "unauthorized",
  "configuration",
  "unclear",
  "defect",
]);

/** A class of our own, or `_OTHER`: names of foreign errors are not bounded. */
export const errorTypeOf = (error: unknown): string => (error instanceof DroverError ? error.name : "_OTHER");

/** What is told of the handling of one step message. There is none where nobody listens. */
export class StepWatch {
  readonly span: Span;
  readonly #telemetry: Telemetry;
  readonly #ports: Ports;
  /** The queue's name: what stands in a message is not bounded. */
  readonly #step: string;
  readonly #startedMs: number;
  #record: OperationRecord | undefined;
  #errorType: string | undefined;
  #waitCode: string | undefined;

  constructor(telemetry: Telemetry, ports: Ports, message: StepMessage, delivery: Delivery) {
    this.#telemetry = telemetry;
    this.#ports = ports;
    this.#step = delivery.queue;
    this.#startedMs = ports.clock.monotonicMs();
    this.span = telemetry.tracing
      ? telemetry.span(`process ${delivery.queue}`, "consumer", message.traceparent, stepAttributes(message, delivery))
      : noSpan;
  }

  static of(ports: Ports, message: StepMessage, delivery: Delivery): StepWatch | undefined {
    return ports.telemetry && new StepWatch(ports.telemetry, ports, message, delivery);
  }

  get connection(): string | undefined {
    return this.#record?.request.connection;
  }

  /** The row that the step runs on. */
  began(record: OperationRecord): void {
    this.#record = record;
    this.#errorType = undefined;
    this.#waitCode = undefined;
    if (!this.#telemetry.tracing) return;
    this.span.set("drover.connection", record.request.connection);
    this.span.set("drover.request.type", record.request.type);
    if (record.parent !== undefined) this.span.set("drover.operation.parent", record.parent);
  }

  /** @param kind of the step's result */
  gave(kind: string): void {
    this.span.set("drover.step.result", kind);
    if (kind !== "again" && kind !== "unclear") return;
    const found = kind === "unclear" ? "unclear" : "unchanged";
    const connection = this.#record?.request.connection;
    this.#telemetry.count(instruments.polls, 1, this.#step, found, connection);
  }

  threw(error: unknown): void {
    this.#errorType = errorTypeOf(error);
  }

  /** The last reason counts: a result that lost its write is decided about again. */
  postponed(code: string): void {
    this.#waitCode = code;
  }

  ended(record: OperationRecord): void {
    this.#waitCode = undefined;
    this.span.set("drover.outcome", record.outcome ?? "unknown");
  }

  settled(settlement: Settlement | undefined): void {
    const step = this.#step;
    const code = this.#waitCode;
    const kind = settlement?.kind ?? "thrown";
    const seconds = (this.#ports.clock.monotonicMs() - this.#startedMs) / 1000;
    this.#telemetry.record(instruments.stepDuration, seconds, step, kind, this.#errorType);
    if (code !== undefined) {
      const counter = retryCodes.has(code) ? instruments.retries : instruments.waits;
      this.#telemetry.count(counter, 1, step, code, this.#record?.request.connection);
      this.span.set("drover.wait.code", code);
    }
    this.span.set("drover.settlement", kind);
    this.span.end(this.#errorType);
  }

  stage(effect: string, reached: string): void {
    this.#telemetry.count(instruments.effects, 1, effect, reached, this.#record?.request.connection);
  }
}

/** By OpenTelemetry's conventions for messaging. */
const messaging = (queue: string, id: string): SpanAttributes => ({
  "messaging.system": "drover",
  "messaging.operation.type": "process",
  "messaging.operation.name": "process",
  "messaging.destination.name": queue,
  "messaging.message.id": id,
});

function stepAttributes(message: StepMessage, delivery: Delivery): SpanAttributes {
  return {
    ...messaging(delivery.queue, delivery.id),
    "drover.operation.id": message.operation,
    "drover.step": message.step,
    "drover.seq": message.seq,
    "drover.poll.n": message.n,
    "drover.attempt": message.attempt,
    "drover.receives": delivery.receives,
  };
}

/** Called once for the write that ended the operation. */
export function countEnd({ telemetry }: Ports, record: OperationRecord): void {
  if (!telemetry) return;
  const { outcome = "unknown", request, endedAt = record.updatedAt, createdAt } = record;
  telemetry.count(instruments.ended, 1, outcome, request.type, request.connection);
  telemetry.record(instruments.operationDuration, Math.max(0, endedAt - createdAt) / 1000, outcome, request.type);
}

/** The first hop: what the others of the operation follow. */
export function acceptanceSpan(
  { telemetry }: Ports,
  { operation, request }: { readonly operation: string; readonly request: OperationRequest },
  messageId: string | undefined,
): Span {
  if (!telemetry?.tracing) return noSpan;
  const attributes: SpanAttributes = {
    "drover.operation.id": operation,
    "drover.request.type": request.type,
    "drover.connection": request.connection,
  };
  if (messageId === undefined) return telemetry.span("accept request", "internal", request.traceparent, attributes);
  return telemetry.span(`process ${inboxQueue}`, "consumer", request.traceparent, {
    ...attributes,
    ...messaging(inboxQueue, messageId),
  });
}

export function countAccepted({ telemetry }: Ports, { request }: OperationRecord): void {
  telemetry?.count(instruments.accepted, 1, request.type, request.connection);
}

export function countPublished({ telemetry }: Ports, type: EventType): void {
  telemetry?.count(instruments.events, 1, type);
}
