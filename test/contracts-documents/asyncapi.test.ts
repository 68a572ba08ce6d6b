import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { expect, test } from "vitest";
import { outcomes } from "../../lib/contracts/event.ts";
import { unwrapped } from "../../lib/contracts/queue-envelope.ts";
import { signatureHeaders } from "../../lib/contracts/standard-webhooks.ts";
import { encodeStepMessage } from "../../lib/contracts/step-message.ts";
import { contentOf } from "../../lib/sinks/cloud-event.ts";
import { ended, fixture, request } from "../functions/harness.ts";

/** What is written about messages, held against messages. */

const document = JSON.parse(readFileSync(join(import.meta.dirname, "..", "..", "docs", "asyncapi.json"), "utf8"));
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema({ $id: "asyncapi", components: document.components });

function problemsOf(message: string, value: unknown, part: "payload" | "headers" = "payload"): unknown {
  const validate = ajv.getSchema(`asyncapi#/components/messages/${message}/${part}`);
  if (!validate) throw new Error(`Expected a message ${message}, got none`);
  return validate(value) ? [] : validate.errors;
}

test("requests are accepted bare and wrapped, and others are not", () => {
  const bare = request("one");
  const fromTopic = { Type: "Notification", TopicArn: "arn:aws:sns:eu-central-1:1:t", Message: JSON.stringify(bare) };
  const fromBus = { "detail-type": "deploy", source: "ci", detail: bare };
  expect(problemsOf("request", bare)).toEqual([]);
  expect(problemsOf("requestFromTopic", fromTopic)).toEqual([]);
  expect(problemsOf("requestFromBus", fromBus)).toEqual([]);
  for (const wrapped of [fromTopic, fromBus]) expect(JSON.parse(unwrapped(JSON.stringify(wrapped)))).toEqual(bare);
  expect(problemsOf("request", { ...bare, data: { ...bare.data, imagse: [] } })).not.toEqual([]);
  expect(problemsOf("requestFromTopic", { ...fromTopic, Type: "Other" })).not.toEqual([]);
});

test("step messages are as they are sent", () => {
  const step = encodeStepMessage({
    v: 1,
    operation: "a".repeat(52),
    step: "poll-operation",
    seq: 1,
    n: 0,
    attempt: 0,
    deadline: 1,
  });
  expect(problemsOf("step", JSON.parse(step))).toEqual([]);
});

test("events are as they are published and delivered, each under its own type", async () => {
  const all = fixture();
  all.emulator.clearOutcomes();
  all.emulator.script({ result: "unknown-state", state: 9, inProgressMs: 10, notStartedMs: 10 });
  await all.send("POST", "/requests", request("refused", {}, { connection: "nowhere" }));
  const unknown = String((await all.send("POST", "/requests", request("one"))).body["operation"]);
  const cancelled = String((await all.send("POST", "/requests", request("two"))).body["operation"]);
  await all.send("POST", `/operations/${cancelled}/actions/cancel`, {});
  all.host.start();
  for (const id of [unknown, cancelled]) await ended(all, id);
  const stored = await all.platform.bus.read(0, 100);
  const types = new Set(stored.map(({ event }) => event.type));
  expect(types).toContain("drover.operation.unknown");
  expect(types).toContain("drover.operation.cancelled");

  const names = Object.entries<{ readonly name: string }>(document.components.messages);
  for (const { event } of stored) {
    const [key] = names.find(([, { name }]) => name === event.type) ?? [];
    expect(problemsOf(key ?? "", event), event.type).toEqual([]);
    const others = names.filter(([, { name }]) => name.startsWith("drover.operation.") && name !== event.type);
    for (const [other] of others) expect(problemsOf(other, event)).not.toEqual([]);

    const carried = { ...event, data: { ...event.data } };
    for (const [mode, message] of [
      ["structured", "delivery"],
      ["binary", "binaryDelivery"],
    ] as const) {
      const { headers, body } = contentOf(carried, mode);
      const signed = signatureHeaders([Buffer.alloc(32, 1), Buffer.alloc(32, 2)], {
        id: event.id,
        body,
        timestamp: Date.now(),
      });
      expect(problemsOf(message, { ...headers, ...signed }, "headers")).toEqual([]);
      expect(problemsOf(message, JSON.parse(body))).toEqual([]);
      expect(problemsOf(message, headers, "headers")).not.toEqual([]);
    }
  }
});

test("every outcome has its event", () => {
  const names = Object.values<{ readonly name: string }>(document.components.messages).map(({ name }) => name);
  for (const outcome of outcomes) expect(names).toContain(`drover.operation.${outcome}`);
});
