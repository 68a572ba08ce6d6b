import type { SinkState } from "../../lib/sinks/describe.ts";
import type { HealthCheck } from "../receive-webhook/dependencies.ts";
import { lined } from "./schedule-checks.ts";

/** A failure that the next try mends is none to look at. */
const failingMs = 300_000;

/** Receivers that take nothing: for good, or for so long that somebody should look. */
export function sinkCheck(sinks: readonly SinkState[], now: number): HealthCheck {
  const name = "sinks";
  const bad = sinks.flatMap(({ name, disabled, failingSince }) => {
    if (disabled) return [{ what: `${name} disabled`, at: disabled.at, since: disabled.at }];
    if (failingSince === undefined || now - failingSince <= failingMs) return [];
    return [{ what: `${name} fails`, at: failingSince, since: failingSince + failingMs }];
  });
  if (bad.length === 0) return { name, ok: true, detail: "None is disabled, or fails for long" };
  const entries = bad.sort((a, b) => a.at - b.at).map(({ what, at }) => `${what} since ${new Date(at).toISOString()}`);
  const detail = `${lined(entries)}: drover sinks list says why, drover sinks enable NAME opens one again`;
  return { name, ok: false, detail, since: Math.min(...bad.map(({ since }) => since)) };
}
