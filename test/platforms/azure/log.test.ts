import { describe, expect, test } from "vitest";
import type { LogFields } from "../../../lib/contracts/ports.ts";
import { Secret } from "../../../lib/contracts/secret.ts";
import { instruments } from "../../../lib/contracts/telemetry.ts";
import { lineCharacters } from "../../../lib/platforms/azure/functions/voice.ts";
import { loggedMetrics } from "../../../lib/platforms/azure/metrics.ts";
import { jsonLog, type LogLevel } from "../../../lib/platforms/json-log.ts";
import { redacted } from "../../../lib/platforms/redaction.ts";

const now = () => Date.UTC(2026, 10, 21);

function recorded(level: LogLevel = "debug", always?: () => LogFields) {
  const lines: (readonly [LogLevel, string])[] = [];
  const write = (at: LogLevel, line: string) => void lines.push([at, line]);
  const log = jsonLog({ level, redact: redacted, write, now, lineCharacters, ...(always ? { always } : {}) });
  return { log, lines, entries: () => lines.map(([, line]) => JSON.parse(line)) };
}

describe("log on azure", () => {
  test("writes a line of JSON under its level, with time, message and fields", () => {
    const { log, lines } = recorded("debug", () => ({ invocation: "i-1" }));
    log.warn("a step is tried again", { operation: "abc", attempt: 2, late: true, trace_id: undefined });
    expect(lines).toEqual([
      [
        "warn",
        '{"timestamp":"2026-11-21T00:00:00.000Z","level":"warn","message":"a step is tried again","invocation":"i-1","operation":"abc","attempt":2,"late":true}',
      ],
    ]);
  });

  test("leaves out what is below its level", () => {
    const { log, entries } = recorded("warn");
    for (const level of ["debug", "info", "warn", "error"] as const) log[level](level);
    expect(entries().map(({ level }) => level)).toEqual(["warn", "error"]);
  });

  test("stays one object that Application Insights does not cut, with its own members", () => {
    const { log, lines, entries } = recorded();
    const text = "x".repeat(100_000);
    log.info("line\nbreak \u2028", { level: "error", message: "other", text });
    log.info("many", { a: text, b: text, c: text, d: text });
    expect(entries()[0]).toMatchObject({ level: "info", message: "line\nbreak \u2028" });
    expect(entries()[1]).toMatchObject({ message: "many", cut: expect.any(Number) });
    for (const [, line] of lines) {
      expect(line).not.toContain("\n");
      expect(line.length).toBeLessThan(32_768);
    }
  });

  test("writes no secret, whatever it is given", () => {
    const { log, lines } = recorded();
    const smuggled = { value: new Secret("canary") } as unknown as LogFields;
    log.error("failed with token=canary-0123456789abcdef", smuggled);
    expect(lines[0]?.[1]).toContain('"value":"[object]"');
    expect(lines[0]?.[1]).not.toContain("canary");
  });
});

describe("metrics on azure", () => {
  function counting() {
    const lines: string[] = [];
    const metrics = loggedMetrics({
      write: (line) => void lines.push(line),
      now,
      always: () => ({ function: "poll" }),
    });
    return { metrics, lines, documents: () => lines.map((line) => JSON.parse(line)) };
  }

  test("writes one line for an invocation, with sums by name and attributes", () => {
    const { metrics, documents } = counting();
    metrics.count(instruments.polls, 1, "poll-operation", "unchanged", "sphere");
    metrics.count(instruments.polls, 2, "poll-operation", "unchanged", "sphere");
    metrics.count(instruments.polls, 1, "poll-operation", undefined, "sphere");
    metrics.record(instruments.stepDuration, 0.25, "poll-operation", "acknowledge");
    metrics.record(instruments.stepDuration, 0.5, "poll-operation", "acknowledge");
    metrics.record(instruments.stepDuration, Number.NaN, "poll-operation", "acknowledge");
    metrics.flush();
    const step = { "drover.step": "poll-operation" };
    const polls = { name: "drover.operation.polls", unit: "{poll}" };
    expect(documents()).toEqual([
      {
        function: "poll",
        timestamp: "2026-11-21T00:00:00.000Z",
        level: "info",
        metrics: [
          {
            ...polls,
            attributes: { ...step, "drover.poll.result": "unchanged", "drover.connection": "sphere" },
            count: 2,
            sum: 3,
            min: 1,
            max: 2,
          },
          { ...polls, attributes: { ...step, "drover.connection": "sphere" }, count: 1, sum: 1, min: 1, max: 1 },
          {
            name: "drover.step.duration",
            unit: "s",
            attributes: { ...step, "drover.settlement": "acknowledge" },
            count: 2,
            sum: 0.75,
            min: 0.25,
            max: 0.5,
          },
        ],
      },
    ]);
  });

  test("begins anew after each flush, writes nothing for nothing, and cuts what is too much for a line", () => {
    const { metrics, lines, documents } = counting();
    metrics.flush();
    for (let number = 0; number < 250; number += 1)
      metrics.count(instruments.events, 1, `${"t".repeat(100)}`.slice(0, 60) + number);
    metrics.flush();
    metrics.flush();
    expect(documents().map((one) => one.metrics.length)).toEqual([100, 100, 50]);
    for (const line of lines) expect(line.length).toBeLessThan(32_768);
  });
});
