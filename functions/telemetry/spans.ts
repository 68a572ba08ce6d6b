import {
  type Context,
  context,
  type Span as OpenTelemetrySpan,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import type { Span, SpanAttribute, SpanAttributes, Telemetry } from "../../lib/contracts/telemetry.ts";
import { traceparentOf } from "../../lib/contracts/trace.ts";

const kinds = { consumer: SpanKind.CONSUMER, producer: SpanKind.PRODUCER, internal: SpanKind.INTERNAL } as const;

/** Begins a span that follows `parent`: as its child, and with a link, by which chains of messages are drawn. */
export function startSpan(tracer: Tracer, ...[name, kind, parent, attributes]: Parameters<Telemetry["span"]>): Span {
  const before = remoteContextOf(parent);
  const around = before ? trace.setSpanContext(ROOT_CONTEXT, before) : ROOT_CONTEXT;
  const options = {
    kind: kinds[kind],
    attributes: { ...attributes },
    ...(before ? { links: [{ context: before }] } : {}),
  };
  return new RecordedSpan(tracer, tracer.startSpan(name, options, around), around);
}

function remoteContextOf(parent: string | undefined): SpanContext | undefined {
  const valid = traceparentOf(parent);
  if (valid === undefined) return undefined;
  return {
    traceId: valid.slice(3, 35),
    spanId: valid.slice(36, 52),
    traceFlags: Number.parseInt(valid.slice(53), 16),
    isRemote: true,
  };
}

class RecordedSpan implements Span {
  readonly traceparent: string;
  readonly #tracer: Tracer;
  readonly #span: OpenTelemetrySpan;
  readonly #context: Context;

  constructor(tracer: Tracer, span: OpenTelemetrySpan, around: Context) {
    const { traceId, spanId, traceFlags } = span.spanContext();
    this.traceparent = `00-${traceId}-${spanId}-${(traceFlags & 0xff).toString(16).padStart(2, "0")}`;
    this.#tracer = tracer;
    this.#span = span;
    this.#context = trace.setSpan(around, span);
  }

  set(name: SpanAttribute, value: string | number | boolean): void {
    this.#span.setAttribute(name, value);
  }

  event(name: string, attributes: SpanAttributes): void {
    this.#span.addEvent(name, { ...attributes });
  }

  child(name: string, attributes: SpanAttributes): Span {
    const options = { kind: SpanKind.INTERNAL, attributes: { ...attributes } };
    return new RecordedSpan(this.#tracer, this.#tracer.startSpan(name, options, this.#context), this.#context);
  }

  within<Value>(work: () => Value): Value {
    return context.with(this.#context, work);
  }

  /** Without the text of the error, which may be a provider's. */
  end(errorType?: string): void {
    if (errorType !== undefined) {
      this.#span.setAttribute("error.type", errorType);
      this.#span.setStatus({ code: SpanStatusCode.ERROR });
    }
    this.#span.end();
  }
}
