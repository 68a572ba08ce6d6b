import {
  type Counter,
  createNoopMeter,
  type Histogram,
  type Meter,
  metrics,
  type Observable,
  ProxyTracerProvider,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { type Instrument, instruments, noSpan, type Span, type Telemetry } from "../../lib/contracts/telemetry.ts";
import { prometheusText, type Reading } from "./prometheus.ts";
import { Registry } from "./registry.ts";
import { startSpan } from "./spans.ts";

const scope = "drover";

/** Computes the figures that nobody counts. */
export type Readings = () => Promise<readonly Reading[]>;

/**
 * Sums for `/metrics`, and spans and metrics for OpenTelemetry's kit where one was loaded before us. Without one nothing but the
 * sums is kept. A kit that is registered later is not seen.
 */
export class HostTelemetry implements Telemetry {
  readonly #registry = new Registry();
  readonly #tracer: Tracer | undefined;
  readonly #meter: Meter | undefined;
  readonly #counters = new Map<Instrument, Counter>();
  readonly #histograms = new Map<Instrument, Histogram>();
  readonly tracing: boolean;

  constructor(version: string) {
    this.#tracer = hasTracerProvider() ? trace.getTracer(scope, version) : undefined;
    this.tracing = this.#tracer !== undefined;
    const meter = metrics.getMeter(scope, version);
    this.#meter = meter === createNoopMeter() ? undefined : meter;
    for (const instrument of Object.values<Instrument>(instruments)) this.#register(instrument);
  }

  count(instrument: Instrument, by: number, first?: string, second?: string, third?: string): void {
    const series = this.#registry.add(instrument, by, first, second, third);
    this.#counters.get(instrument)?.add(by, series.attributes);
  }

  record(instrument: Instrument, value: number, first?: string, second?: string, third?: string): void {
    const series = this.#registry.record(instrument, value, first, second, third);
    this.#histograms.get(instrument)?.record(value, series.attributes);
  }

  span(...asked: Parameters<Telemetry["span"]>): Span {
    return this.#tracer ? startSpan(this.#tracer, ...asked) : noSpan;
  }

  /** Gives the computed figures to the kit whenever it collects. Returns what ends that. */
  observe(readings: Readings): () => void {
    const meter = this.#meter;
    if (!meter) return () => undefined;
    const observables = new Map<Instrument, Observable>();
    for (const instrument of Object.values<Instrument>(instruments)) {
      const { name, kind, unit, description } = instrument;
      if (kind === "gauge") observables.set(instrument, meter.createObservableGauge(name, { unit, description }));
      if (kind === "total") observables.set(instrument, meter.createObservableCounter(name, { unit, description }));
    }
    const all = [...observables.values()];
    const callback: Parameters<Meter["addBatchObservableCallback"]>[0] = async (result) => {
      for (const { instrument, value, values = [] } of await readings()) {
        const observable = observables.get(instrument);
        const named = instrument.attributes.map((name, index) => [name, values[index] ?? ""]);
        if (observable) result.observe(observable, value, Object.fromEntries(named));
      }
    };
    meter.addBatchObservableCallback(callback, all);
    return () => meter.removeBatchObservableCallback(callback, all);
  }

  async prometheus(readings: Readings): Promise<string> {
    return prometheusText(this.#registry, await readings());
  }

  #register(instrument: Instrument): void {
    const { name, kind, unit, description, bounds = [] } = instrument;
    if (kind === "counter") {
      const counter = this.#meter?.createCounter(name, { unit, description });
      if (counter) this.#counters.set(instrument, counter);
    }
    if (kind === "histogram") {
      const advice = { explicitBucketBoundaries: [...bounds] };
      const histogram = this.#meter?.createHistogram(name, { unit, description, advice });
      if (histogram) this.#histograms.set(instrument, histogram);
    }
  }
}

function hasTracerProvider(): boolean {
  const provider = trace.getTracerProvider();
  return !(provider instanceof ProxyTracerProvider) || provider.getDelegateTracer(scope) !== undefined;
}
