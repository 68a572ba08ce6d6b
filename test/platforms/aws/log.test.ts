import { describe, expect, test } from "vitest";
import type { LogFields } from "../../../lib/contracts/ports.ts";
import { Secret } from "../../../lib/contracts/secret.ts";
import { instruments } from "../../../lib/contracts/telemetry.ts";
import { embeddedMetrics } from "../../../lib/platforms/aws/metrics.ts";
import { jsonLog, type LogLevel } from "../../../lib/platforms/json-log.ts";
import { redacted } from "../../../lib/platforms/redaction.ts";

const now = () => Date.UTC(2026, 10, 21);

function recorded(level: LogLevel = "debug", always?: () => LogFields) {
  const lines: string[] = [];
  const write = (_at: LogLevel, line: string) => void lines.push(line);
  const log = jsonLog({ level, redact: redacted, write, now, ...(always ? { always } : {}) });
  return { log, lines, entries: () => lines.map((line) => JSON.parse(line)) };
}

describe("log on aws", () => {
  test("writes a line of JSON with time, level, message and fields", () => {
    const { log, lines } = recorded("debug", () => ({ function: "poll-operation" }));
    log.warn("a step is tried again", { operation: "abc", attempt: 2, late: true, trace_id: undefined });
    expect(lines).toEqual([
      '{"timestamp":"2026-11-21T00:00:00.000Z","level":"warn","message":"a step is tried again","function":"poll-operation","operation":"abc","attempt":2,"late":true}',
    ]);
  });

  test("leaves out what is below its level", () => {
    const { log, entries } = recorded("warn");
    for (const level of ["debug", "info", "warn", "error"] as const) log[level](level);
    expect(entries().map(({ level }) => level)).toEqual(["warn", "error"]);
  });

  test("keeps its own members, one line, and a bounded length", () => {
    const { log, lines, entries } = recorded();
    log.info("line\nbreak \u2028", { level: "error", message: "other", timestamp: "other", text: "x".repeat(100_000) });
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain("\n");
    expect(lines[0]?.length).toBeLessThan(9_000);
    expect(entries()).toMatchObject([
      { level: "info", message: "line\nbreak \u2028", timestamp: "2026-11-21T00:00:00.000Z" },
    ]);
  });

  test("writes nothing that a terminal obeys, and loses nothing of it", () => {
    const { log, lines, entries } = recorded();
    const text = "\u001b]0;title\u0007 \u007f \u009b2J \u0085 \u2029";
    log.info(text, { text });
    expect(lines[0]).toMatch(/^[\x20-\x7e]+$/);
    expect(entries()).toMatchObject([{ message: text, text }]);
  });

  test("takes out a secret as a whole, whatever characters it has", () => {
    const { log, lines } = recorded();
    log.error("failed with password=aa\u009cbbSECRETTAIL1 at the end");
    expect(lines[0]).not.toContain("SECRETTAIL");
  });

  test("writes no secret, whatever it is given", () => {
    const { log, lines } = recorded();
    const smuggled = { value: new Secret("canary") } as unknown as LogFields;
    log.error("failed with token=canary-0123456789abcdef", smuggled);
    expect(lines[0]).toContain('"value":"[object]"');
    expect(lines[0]).not.toContain("canary");
  });
});

describe("metrics on aws", () => {
  function counting() {
    const lines: string[] = [];
    const metrics = embeddedMetrics({
      write: (line) => void lines.push(line),
      now,
      always: () => ({ function: "poll" }),
    });
    return { metrics, lines, documents: () => lines.map((line) => JSON.parse(line)) };
  }

  test("writes one line for an invocation, in the embedded metric format", () => {
    const { metrics, documents } = counting();
    metrics.count(instruments.polls, 1, "poll-operation", "unchanged", "sphere");
    metrics.count(instruments.polls, 2, "poll-operation", "unchanged", "sphere");
    metrics.record(instruments.stepDuration, 0.25, "poll-operation", "acknowledge");
    metrics.record(instruments.stepDuration, 0.5, "poll-operation", "acknowledge");
    metrics.count(instruments.events, 1, "drover.operation.started");
    metrics.flush();
    expect(documents()).toEqual([
      {
        function: "poll",
        _aws: {
          Timestamp: now(),
          CloudWatchMetrics: [
            {
              Namespace: "Drover",
              Dimensions: [["drover.step", "drover.poll.result", "drover.connection"]],
              Metrics: [{ Name: "drover.operation.polls", Unit: "Count" }],
            },
            {
              Namespace: "Drover",
              Dimensions: [["drover.step", "drover.settlement"]],
              Metrics: [{ Name: "drover.step.duration", Unit: "Seconds" }],
            },
            {
              Namespace: "Drover",
              Dimensions: [["drover.event.type"]],
              Metrics: [{ Name: "drover.event.published", Unit: "Count" }],
            },
          ],
        },
        "drover.step": "poll-operation",
        "drover.poll.result": "unchanged",
        "drover.connection": "sphere",
        "drover.settlement": "acknowledge",
        "drover.event.type": "drover.operation.started",
        "drover.operation.polls": 3,
        "drover.step.duration": [0.25, 0.5],
        "drover.event.published": 1,
      },
    ]);
  });

  test("needs another line only where one dimension has two values", () => {
    const { metrics, documents } = counting();
    metrics.count(instruments.ended, 1, "succeeded", "type", "sphere");
    metrics.count(instruments.ended, 1, "failed", "type", "sphere");
    metrics.count(instruments.deadLetters, 1, "inbox");
    metrics.flush();
    expect(documents().map((one) => [one["drover.outcome"], one["drover.message.dead_lettered"]])).toEqual([
      ["succeeded", 1],
      ["failed", undefined],
    ]);
  });

  test("tells a figure under its own dimensions alone", () => {
    const { metrics, documents } = counting();
    metrics.count(instruments.ended, 1, "succeeded", "type", "sphere");
    metrics.record(instruments.operationDuration, 5, "failed", "type");
    metrics.flush();
    expect(documents().map((one) => [one["drover.outcome"], one["drover.operation.duration"]])).toEqual([
      ["succeeded", undefined],
      ["failed", 5],
    ]);
  });

  test("writes nothing twice, and no line for nothing", () => {
    const { metrics, lines } = counting();
    metrics.flush();
    metrics.count(instruments.events, 1, "a");
    metrics.flush();
    metrics.flush();
    expect(lines).toHaveLength(1);
  });

  test("keeps CloudWatch's bounds: a hundred values, dimensions of ASCII and not empty", () => {
    const { metrics, documents } = counting();
    for (let number = 0; number < 250; number += 1) metrics.record(instruments.sweepLag, number);
    metrics.count(instruments.deadLetters, 1, "ké\n");
    metrics.count(instruments.deliveries, 1, "", "2xx");
    metrics.flush();
    const all = documents();
    const lags = all.map((one) => one["drover.sweep.lag"]).filter((lag) => lag !== undefined);
    expect(lags.map((lag) => lag.length)).toEqual([100, 100, 50]);
    expect(all.flatMap((one) => one["messaging.destination.name"] ?? [])).toEqual(["k??"]);
    expect(
      all.flatMap((one) =>
        one._aws.CloudWatchMetrics.flatMap(({ Dimensions }: { Dimensions: string[][] }) => Dimensions),
      ),
    ).toContainEqual(["drover.sink.result"]);
  });

  test("records no spans", () => {
    const { metrics } = counting();
    expect(metrics.tracing).toBe(false);
    expect(metrics.span("x", "internal", undefined, {}).traceparent).toBeUndefined();
  });
});
