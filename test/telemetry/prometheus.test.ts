import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { prometheusName, prometheusText } from "../../functions/telemetry/prometheus.ts";
import { overflowAttribute, Registry, seriesLimit } from "../../functions/telemetry/registry.ts";
import { type Instrument, instruments } from "../../lib/contracts/telemetry.ts";
import { ended, fixture, type OpenFixture, request } from "../functions/harness.ts";
import { type Family, parsePrometheus } from "./prometheus-grammar.ts";

async function scraped({ host }: OpenFixture): Promise<Map<string, Family>> {
  const response = await host.application.fetch(new Request("http://drover/metrics"));
  expect([response.status, response.headers.get("content-type")]).toEqual([
    200,
    "text/plain; version=0.0.4; charset=utf-8",
  ]);
  return parsePrometheus(await response.text());
}

const figureOf = (families: Map<string, Family>, name: string, labels: Readonly<Record<string, string>> = {}) =>
  families
    .get(name)
    ?.samples.find((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value))?.value;

describe("/metrics", () => {
  test("shows what was done and how things are, in the format that it names", async () => {
    const opened = fixture();
    opened.host.start();
    const { body } = await opened.send("POST", "/requests", request("a"));
    await ended(opened, String(body["operation"]));
    const families = await scraped(opened);
    expect(figureOf(families, "drover_operation_accepted_total", { drover_connection: "sphere" })).toBe(1);
    expect(figureOf(families, "drover_operation_ended_total", { drover_outcome: "succeeded" })).toBe(1);
    expect(families.get("drover_step_duration_seconds")?.type).toBe("histogram");
    expect(figureOf(families, "drover_operation_active")).toBe(0);
    expect(figureOf(families, "drover_queue_messages", { messaging_destination_name: "poll-operation" })).toBe(0);
    expect(figureOf(families, "drover_storage_size_bytes", { drover_storage_part: "database" })).toBeGreaterThanOrEqual(
      4096,
    );
    expect(figureOf(families, "drover_event_position", { drover_position: "newest" })).toBeGreaterThan(0);
    expect(figureOf(families, "process_memory_usage_bytes")).toBeGreaterThan(10_000_000);
    expect(figureOf(families, "drover_connection_paused", { drover_connection: "sphere" })).toBe(0);
    expect(figureOf(families, "drover_storage_flushes_total")).toBeGreaterThan(0);
    const known = new Map(Object.values<Instrument>(instruments).map((one) => [prometheusName(one), one]));
    for (const [name, { samples }] of families) {
      const labels = new Set(known.get(name)?.attributes.map((attribute) => attribute.replaceAll(".", "_")));
      for (const sample of samples) {
        expect(Object.keys(sample.labels).filter((label) => label !== "le" && !labels.has(label))).toEqual([]);
        expect(JSON.stringify(sample.labels)).not.toContain(String(body["operation"]));
      }
    }
  });

  test("shows what waits, and for how long", async () => {
    const opened = fixture();
    const now = Date.now();
    await opened.platform.queue.send([
      { queue: "start-deployment", body: "{}" },
      { queue: "start-deployment", body: "{}", delayMs: 60_000 },
    ]);
    await opened.send("POST", "/connections/sphere/pause", {});
    await opened.send("POST", "/requests", request("a"));
    await expect.poll(() => Date.now()).toBeGreaterThan(now + 20);
    const families = await scraped(opened);
    const queue = { messaging_destination_name: "start-deployment" };
    expect(figureOf(families, "drover_queue_messages", { ...queue, drover_message_state: "waiting" })).toBe(3);
    expect(figureOf(families, "drover_queue_oldest_age_seconds", queue)).toBeGreaterThan(0.01);
    expect(figureOf(families, "drover_operation_active")).toBe(1);
    expect(figureOf(families, "drover_connection_paused", { drover_connection: "sphere" })).toBe(1);
  });
});

describe("the text", () => {
  const parsed = (fill: (registry: Registry) => void) => {
    const registry = new Registry();
    fill(registry);
    return parsePrometheus(prometheusText(registry, []));
  };

  test.each(['a "quoted" name', "a\\b", "two\nlines", "ünï", "{}=,", ""])("keeps the value %j of a label", (value) => {
    const families = parsed((registry) => registry.add(instruments.deadLetters, 1, value));
    expect(families.get("drover_message_dead_lettered_total")?.samples).toEqual([
      { name: "drover_message_dead_lettered_total", labels: { messaging_destination_name: value }, value: 1 },
    ]);
  });

  test("counts a value in the first bucket that holds it, bounds included", () => {
    const families = parsed((registry) => {
      for (const value of [0.005, 0.0051, 60, 61]) registry.record(instruments.sweepDuration, value);
    });
    const buckets = families.get("drover_sweep_duration_seconds")?.samples ?? [];
    const at = (le: string) => buckets.find(({ labels }) => labels["le"] === le)?.value;
    expect([at("0.005"), at("0.01"), at("30"), at("60"), at("+Inf")]).toEqual([1, 2, 2, 3, 4]);
    expect(buckets.find(({ name }) => name.endsWith("_sum"))?.value).toBeCloseTo(121.0101);
  });

  test("leaves out an attribute that has no value, and tells it from an empty one", () => {
    const families = parsed((registry) => {
      registry.record(instruments.stepDuration, 1, "s", "acknowledge");
      registry.record(instruments.stepDuration, 1, "s", "acknowledge", "RetryableError");
    });
    const counts = families.get("drover_step_duration_seconds")?.samples.filter(({ name }) => name.endsWith("_count"));
    expect(counts?.map(({ labels }) => labels["error_type"])).toEqual([undefined, "RetryableError"]);
  });

  test("holds a bounded number of series, and loses no count", () => {
    const registry = new Registry();
    for (let index = 0; index < seriesLimit + 500; index += 1) registry.add(instruments.deadLetters, 1, `q${index}`);
    const all = registry.of(instruments.deadLetters);
    expect(all).toHaveLength(seriesLimit + 1);
    expect(all.at(-1)).toMatchObject({ attributes: { [overflowAttribute]: "true" }, sum: 500 });
  });
});

describe("docs/observing.md", () => {
  test("lists every metric with its unit and attributes, and no other", () => {
    const text = readFileSync(join(import.meta.dirname, "../../docs/observing.md"), "utf8");
    const rows = [...text.matchAll(/^\| `([a-z_.]+)` \| (\w+) \| `([^`]+)` \| ([^|]*) \| ([^|]*) \|$/gm)];
    const listed = rows.map(([, name, kind, unit, attributes, description]) => ({
      name,
      kind,
      unit,
      attributes: [...(attributes ?? "").matchAll(/`([a-z_.]+)`/g)].map(([, one]) => one),
      description: description?.trim(),
    }));
    const kept = Object.values<Instrument>(instruments).map(({ name, kind, unit, attributes, description }) => ({
      name,
      kind,
      unit,
      attributes: [...attributes],
      description,
    }));
    expect(listed).toEqual(kept);
  });

  test("names metrics in its alerts as they are exported", () => {
    const text = readFileSync(join(import.meta.dirname, "../../docs/observing.md"), "utf8");
    const names = new Set(Object.values<Instrument>(instruments).map(prometheusName));
    const used = [...text.matchAll(/\b((?:drover|process|nodejs)_[a-z_]+)\b/g)].flatMap(([, name]) => name ?? []);
    const labels = new Set(
      Object.values<Instrument>(instruments).flatMap(({ attributes }) => attributes.map((a) => a.replaceAll(".", "_"))),
    );
    const unknown = used.filter((name) => !labels.has(name) && !names.has(name.replace(/_(bucket|sum|count)$/, "")));
    expect(unknown).toEqual([]);
    expect(used.length).toBeGreaterThan(5);
  });
});
