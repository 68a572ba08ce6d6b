/**
 * What the engine tells about its work, in OpenTelemetry's words. All names, units and attributes stand here; docs/observing.md shows
 * them. Attributes of metrics have few values each: an operation's id stands on spans only, and nowhere a secret or a provider's text.
 */

/** Attributes of metrics. Each has a bounded number of values: names of this release, or of the configuration. */
export type MetricAttribute =
  | "drover.client"
  | "drover.connection"
  | "drover.effect"
  | "drover.effect.stage"
  | "drover.event.type"
  | "drover.message.state"
  | "drover.outcome"
  | "drover.poll.result"
  | "drover.position"
  | "drover.request.type"
  | "drover.schedule"
  | "drover.schedule.result"
  | "drover.settlement"
  | "drover.sink"
  | "drover.sink.result"
  | "drover.step"
  | "drover.storage.part"
  | "drover.sweep.result"
  | "drover.wait.code"
  | "error.type"
  | "http.response.status_code"
  | "messaging.destination.name";

/** Attributes of spans and of their events. */
export type SpanAttribute =
  | Exclude<MetricAttribute, "drover.client" | "drover.message.state" | "drover.position" | "drover.storage.part">
  | "drover.acceptance"
  | "drover.attempt"
  | "drover.effect.attempt"
  | "drover.operation.id"
  | "drover.operation.parent"
  | "drover.poll.n"
  | "drover.seq"
  | "drover.step.result"
  | "messaging.message.id"
  | "messaging.operation.name"
  | "messaging.operation.type"
  | "messaging.system"
  | "drover.receives";

export type SpanAttributes = { readonly [Name in SpanAttribute]?: string | number | boolean };

/** One metric. Values of its attributes are given in the order of `attributes`. */
export interface Instrument {
  readonly name: string;
  /** `gauge` and `total` are computed when they are asked for. */
  readonly kind: "counter" | "histogram" | "gauge" | "total";
  /** UCUM. */
  readonly unit: string;
  readonly description: string;
  readonly attributes: readonly MetricAttribute[];
  /** Upper bounds of a histogram's buckets. */
  readonly bounds?: readonly number[];
}
type Counter = Instrument & { readonly kind: "counter" };
type Histogram = Instrument & { readonly kind: "histogram" };
type Observed = Instrument & { readonly kind: "gauge" | "total" };

const counter = (name: string, unit: string, description: string, ...attributes: MetricAttribute[]): Counter => ({
  name,
  kind: "counter",
  unit,
  description,
  attributes,
});
const histogram = (
  name: string,
  bounds: readonly number[],
  description: string,
  ...attributes: MetricAttribute[]
): Histogram => ({ name, kind: "histogram", unit: "s", description, attributes, bounds });
const gauge = (name: string, unit: string, description: string, ...attributes: MetricAttribute[]): Observed => ({
  name,
  kind: "gauge",
  unit,
  description,
  attributes,
});
const total = (name: string, unit: string, description: string): Observed => ({
  name,
  kind: "total",
  unit,
  description,
  attributes: [],
});

const shortBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const longBounds = [1, 5, 15, 60, 300, 900, 1_800, 3_600, 7_200, 21_600, 86_400];

/** Every metric there is. */
export const instruments = {
  accepted: counter(
    "drover.operation.accepted",
    "{operation}",
    "Operations begun, children included",
    "drover.request.type",
    "drover.connection",
  ),
  ended: counter(
    "drover.operation.ended",
    "{operation}",
    "Operations ended",
    "drover.outcome",
    "drover.request.type",
    "drover.connection",
  ),
  operationDuration: histogram(
    "drover.operation.duration",
    longBounds,
    "Time from acceptance to the end",
    "drover.outcome",
    "drover.request.type",
  ),
  stepDuration: histogram(
    "drover.step.duration",
    shortBounds,
    "Handling of one step message",
    "drover.step",
    "drover.settlement",
    "error.type",
  ),
  polls: counter(
    "drover.operation.polls",
    "{poll}",
    "Looks that found an operation not ended",
    "drover.step",
    "drover.poll.result",
    "drover.connection",
  ),
  retries: counter(
    "drover.step.retries",
    "{retry}",
    "Steps to be tried again; throttled among them",
    "drover.step",
    "drover.wait.code",
    "drover.connection",
  ),
  waits: counter(
    "drover.operation.waits",
    "{wait}",
    "Steps held back: turn, in-flight, rate, settling, paused, …",
    "drover.step",
    "drover.wait.code",
    "drover.connection",
  ),
  effects: counter(
    "drover.effect.stages",
    "{stage}",
    "Stages of effects, from the intent to adopted or fenced",
    "drover.effect",
    "drover.effect.stage",
    "drover.connection",
  ),
  events: counter(
    "drover.event.published",
    "{event}",
    "Events handed to the bus, repeats included",
    "drover.event.type",
  ),
  deadLetters: counter("drover.message.dead_lettered", "{message}", "Messages given up", "messaging.destination.name"),
  sweptRows: counter("drover.sweep.rows", "{row}", "Rows that sweeps looked at", "drover.sweep.result"),
  sweepDuration: histogram("drover.sweep.duration", shortBounds, "One sweep"),
  sweepLag: histogram("drover.sweep.lag", longBounds, "How overdue the oldest row was that a sweep found"),
  httpRequests: counter(
    "drover.http.requests",
    "{request}",
    "Requests answered, by client; `stranger`: no good credentials, or an open route; `owner`: the socket",
    "drover.client",
    "http.response.status_code",
  ),
  deliveries: counter(
    "drover.sink.deliveries",
    "{delivery}",
    "Tries to hand an event to a sink: 2xx to 5xx, failed (no answer), interrupted",
    "drover.sink",
    "drover.sink.result",
  ),
  scheduleRuns: counter(
    "drover.schedule.runs",
    "{run}",
    "Due dates dealt with: accepted, duplicate, refused, skipped",
    "drover.schedule",
    "drover.schedule.result",
  ),
  queueMessages: gauge(
    "drover.queue.messages",
    "{message}",
    "Messages in a queue, delayed ones included",
    "messaging.destination.name",
    "drover.message.state",
  ),
  queueAge: gauge(
    "drover.queue.oldest.age",
    "s",
    "How long the first message of a queue has been ready",
    "messaging.destination.name",
  ),
  activeOperations: gauge(
    "drover.operation.active",
    "{operation}",
    "Operations that have not ended (100 000 at the most)",
  ),
  overdueRows: gauge("drover.row.overdue", "{row}", "Rows that wait for a sweep (10 000 at the most)"),
  overdueAge: gauge("drover.row.overdue.age", "s", "How overdue the oldest row is"),
  openDeadLetters: gauge(
    "drover.dead_letter.open",
    "{message}",
    "Dead letters of the last 24 h that nobody has redriven (200 at the most)",
  ),
  pausedConnections: gauge(
    "drover.connection.paused",
    "{connection}",
    "1 while somebody has paused it",
    "drover.connection",
  ),
  sweepAge: gauge("drover.sweep.age", "s", "Time since the last sweep"),
  workerRunning: gauge("drover.worker.running", "{message}", "Messages being handled"),
  workerLimit: gauge("drover.worker.limit", "{message}", "Messages handled at the same time at the most"),
  storageSize: gauge("drover.storage.size", "By", "Bytes on disk", "drover.storage.part"),
  eventPosition: gauge(
    "drover.event.position",
    "{event}",
    "Position of the oldest and the newest event kept",
    "drover.position",
  ),
  commits: total("drover.storage.commits", "{commit}", "Groups written"),
  commitTime: total("drover.storage.commit.time", "s", "Time spent writing groups; the event loop waits for it"),
  flushes: total("drover.storage.flushes", "{flush}", "Flushes to the disk that have ended"),
  flushTime: total("drover.storage.flush.time", "s", "Time that flushes took, beside the event loop"),
  memory: gauge("process.memory.usage", "By", "Resident memory of the process"),
  uptime: gauge("process.uptime", "s", "Time since the process began"),
  loopUtilization: gauge(
    "nodejs.eventloop.utilization",
    "1",
    "Share of time that the event loop was busy since it was last asked",
  ),
  loopDelay: gauge("drover.eventloop.delay", "s", "How late the event loop was when it was asked"),
} as const satisfies Readonly<Record<string, Instrument>>;

export interface Span {
  /** What the messages of this hop continue; undefined when nobody records spans. */
  readonly traceparent: string | undefined;
  set(name: SpanAttribute, value: string | number | boolean): void;
  event(name: string, attributes: SpanAttributes): void;
  child(name: string, attributes: SpanAttributes): Span;
  /** Runs work with this span as the current one, so that a client's instrumentation finds it. */
  within<Value>(work: () => Value): Value;
  /** @param errorType present when it failed */
  end(errorType?: string): void;
}

/** Takes figures and spans. Never throws, and never waits. */
export interface Telemetry {
  /** Whether anybody records spans: ask before building attributes. */
  readonly tracing: boolean;
  /** Values stand in the order of the instrument's attributes; undefined: the attribute is left out. */
  count(counter: Counter, by: number, first?: string, second?: string, third?: string): void;
  record(histogram: Histogram, value: number, first?: string, second?: string, third?: string): void;
  /** @param parent `traceparent` of what it follows: its parent, and a link to it. Undefined: a new trace */
  span(
    name: string,
    kind: "consumer" | "producer" | "internal",
    parent: string | undefined,
    attributes: SpanAttributes,
  ): Span;
}

export const noSpan: Span = Object.freeze({
  traceparent: undefined,
  set() {},
  event() {},
  child: () => noSpan,
  within: <Value>(work: () => Value) => work(),
  end() {},
});

/** For logs: what a trace is found by. */
export const traceIdOf = (traceparent: string | undefined): string | undefined => traceparent?.slice(3, 35);
