import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { demoIds } from "../../emulators/azure-sphere/index.ts";
import type { DroverEvent } from "../../lib/contracts/event.ts";
import { operationIdOf } from "../../lib/contracts/identifiers.ts";
import { type AzureRig, azureRig } from "./azure-rig.ts";
import { exampleOf } from "./clouds.ts";
import { localRig } from "./local-rig.ts";
import { ended, type Rig, rowOf, submitted } from "./rig.ts";
import { type Told, transcriptOf } from "./transcript.ts";

/** Whatever somebody puts on a queue comes to an end that somebody hears of, the same one as on one machine. */

async function openedAzure(): Promise<AzureRig> {
  const rig = await azureRig();
  onTestFinished(() => rig.close());
  return rig;
}

async function openedLocal(): Promise<Rig> {
  const folder = mkdtempSync(join(tmpdir(), "drover-e2e-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const rig = await localRig(folder);
  onTestFinished(() => rig.close());
  return rig;
}

const request = exampleOf("requests", "happy.json");
const operation = operationIdOf(String(request["source"]), String(request["id"]));
const json = JSON.stringify(request);
const base64 = (text: string) => Buffer.from(text).toString("base64");
const sized = (bytes: number) => {
  const bare = JSON.stringify({ ...request, comment: "" });
  return JSON.stringify({ ...request, comment: "x".repeat(bytes - bare.length) });
};

/** Of a letter that belongs to no operation the event is named after the letter, whose id is made of the message's. */
const told = (events: readonly DroverEvent[]): readonly Told[] =>
  transcriptOf(
    events.map((event) => ({ ...event, subject: String(event.subject).replace(/^dead-letter-.*/, "dead-letter") })),
  );

const deadLettersOf = async (rig: Rig) =>
  JSON.parse((await rig.http("GET", "/dead-letters")).bytes.toString()).deadLetters;

const messagesLeft = ({ cloud }: AzureRig) => cloud.queueNames.flatMap((name) => cloud.queues.messages(name));

/** Until an event says what became of the message, and no queue has anything of it. */
async function toldOf(rig: AzureRig, withinMs?: number): Promise<readonly DroverEvent[]> {
  await rig.until("an event", async () => (await rig.events()).length > 0 && messagesLeft(rig).length === 0, withinMs);
  return rig.events();
}

const notification = { Type: "Notification", TopicArn: "arn:aws:sns:eu-central-1:000000000000:requests" };
const bridged = { "detail-type": "x", source: "me", id: "of the bus" };

describe("a request in the inbox", () => {
  test.each([
    ["as JSON", json],
    ["as JSON over several lines, with a carriage return", JSON.stringify(request, null, "\r\n")],
    ["as base64 of JSON, as many clients send it", base64(json)],
    ["as base64 with white space around it", `  ${base64(json)}\r\n`],
    ["as base64 of JSON with letters beyond ASCII", base64(json.replace("{", '{"comment":"Müller ✓",'))],
    ["as a notification of a topic", JSON.stringify({ ...notification, Message: json })],
    ["as an event of a bus", JSON.stringify({ ...bridged, detail: request })],
    [
      "as a notification of a topic behind a bus",
      JSON.stringify({ ...notification, Message: JSON.stringify({ ...bridged, detail: request }) }),
    ],
    ["as a text in JSON, which the worker has read before anybody asks", JSON.stringify(json)],
    ["of as many bytes as one may have", sized(48 * 1024)],
  ])("%s is carried out", async (_, text) => {
    const rig = await openedAzure();
    await rig.put("inbox", text);
    expect(await ended(rig, operation)).toMatchObject({ outcome: "succeeded", requestedBy: "inbox" });
    const types = (await rig.events()).map(({ type }) => type.replace("drover.operation.", ""));
    expect(types).toEqual(["accepted", "started", "succeeded"]);
    expect(messagesLeft(rig)).toEqual([]);
    expect(await deadLettersOf(rig)).toEqual([]);
  });
});

const notJson = (bytes: number) => `Expected a request as JSON, got ${bytes} bytes that are not JSON`;
const notAnObject = "Expected a request as a CloudEvents JSON object, got another kind of JSON";
const truncated = json.slice(0, -9);

describe("a message in the inbox that nobody can read", () => {
  test.each<[what: string, text: string, cause: string]>([
    ["malformed text", "not { json", notJson(10)],
    ["JSON that ends half-way", truncated, notJson(truncated.length)],
    ["JSON behind a byte order mark", `\uFEFF${json}`, notJson(Buffer.byteLength(json) + 3)],
    ["base64 of what is not JSON", base64("not { json, and long enough"), notJson(36)],
    ["base64 of a list", base64("[1,2,3]"), notJson(12)],
    ["base64 of bytes that are no text", Buffer.from([255, 254, 0, 1, 2, 128]).toString("base64"), notJson(8)],
    ["a number", "42", notAnObject],
    ["a truth", "true", notAnObject],
    ["nothing", "null", notAnObject],
    ["a list of requests", `[${json}]`, notAnObject],
    ["text that looks like binary", "PK\u00a0\ufffd\ufffd\u007f\u0085\u2028", notJson(16)],
    ["white space", "   ", notJson(3)],
    ["too many bytes", sized(48 * 1024 + 1), "Expected a request of at most 49152 bytes, got 49153"],
    ["as many bytes as a queue takes", sized(64 * 1024), "Expected a request of at most 49152 bytes, got 65536"],
    ["a topic's envelope of something else", JSON.stringify({ ...notification, Message: "hello" }), notJson(5)],
  ])("%s becomes a dead letter that says why, and an event tells of it as on one machine", async (_, text, cause) => {
    const rig = await openedAzure();
    await rig.put("inbox", text);
    const events = await toldOf(rig);
    const [letter, ...others] = await deadLettersOf(rig);
    expect(letter).toMatchObject({ queue: "inbox", cause, receives: 1, verdict: "needs-decision" });
    expect(others).toEqual([]);
    const reason = `A message of queue inbox was given up: ${cause}`;
    expect(events).toMatchObject([
      {
        type: "drover.operation.attention",
        data: { code: "dead-letter", reason, next: `drover dead-letters show ${letter.id}` },
      },
    ]);
    const kept = JSON.parse((await rig.http("GET", `/dead-letters/${letter.id}`)).bytes.toString());
    expect(text.startsWith(kept.body)).toBe(true);
    const local = await openedLocal();
    await local.send("inbox", text);
    await local.until("an event", async () => (await local.events()).length > 0);
    expect(told(events)).toEqual(told(await local.events()));
    const queued = rig.host.invocations.filter(({ trigger }) => trigger === "queue");
    const settled = queued.map((each) => `${each.function} ${each.settlement}`);
    // What looks like an object to the host is handled as a copy.
    const letters = settled.filter((each) => each === "record-dead-letter-inbox deleted");
    expect([letters.length, settled.filter((each) => !each.endsWith(" deleted"))]).toEqual([1, []]);
  });
});

describe("a request in the inbox that nobody can carry out", () => {
  const { data, ...bare } = request;
  test.each<[what: string, text: string, code: string]>([
    ["an empty object", "{}", "invalid-request"],
    ["without data", JSON.stringify(bare), "invalid-request"],
    ["of an unknown type", JSON.stringify({ ...request, type: "drover.unknown" }), "unknown-type"],
    [
      "for a connection that is not there",
      JSON.stringify({ ...request, data: { ...(data as object), connection: "none" } }),
      "unknown-connection",
    ],
    ["in the name of Drover", JSON.stringify({ ...request, source: "/drover/children" }), "invalid-request"],
    ["as base64", base64(JSON.stringify({ ...request, type: "drover.unknown" })), "unknown-type"],
    [
      "in a bus's envelope",
      JSON.stringify({ ...bridged, detail: { ...request, type: "drover.unknown" } }),
      "unknown-type",
    ],
  ])("%s is rejected with an event, the same as on one machine, and nothing is left", async (_, text, code) => {
    const rig = await openedAzure();
    await rig.put("inbox", text);
    const events = await toldOf(rig);
    expect(events).toMatchObject([{ type: "drover.operation.rejected", data: { code } }]);
    expect(await deadLettersOf(rig)).toEqual([]);
    const local = await openedLocal();
    // A machine's own queue has nobody behind it who codes.
    await local.send("inbox", text.startsWith("{") ? text : Buffer.from(text, "base64").toString());
    await local.until("an event", async () => (await local.events()).length > 0);
    expect(transcriptOf(events)).toEqual(transcriptOf(await local.events()));
  });
});

describe("a message of a step", () => {
  const pointer = { v: 1, operation, step: "poll-operation", seq: 1, n: 0, attempt: 0, deadline: 4e12 };
  /** An operation that is waiting for its provider, and what its queue has of it. */
  async function polling<Its extends Rig>(rig: Its): Promise<Its> {
    await submitted(rig, request);
    await rig.until("polls", async () => (await rowOf(rig, operation))?.step === "poll-operation");
    return rig;
  }

  test.each<[what: string, text: string, cause: RegExp, receives: number]>([
    ["that is too old", JSON.stringify({ ...pointer, v: 0 }), /version 1 or newer, got version 0/, 1],
    ["that is none", "hello", /Expected a step message as JSON, got 5 bytes/, 1],
    ["with a step that cannot be", JSON.stringify({ ...pointer, step: "../etc" }), /expected a step name/, 1],
    ["of a newer release", JSON.stringify({ ...pointer, v: 2 }), /finish the rollout of the newer release/, 5],
  ])("%s is told of, and the operation goes on without it", async (_, text, cause, receives) => {
    const rig = await polling(await openedAzure());
    const local = await polling(await openedLocal());
    await rig.put("poll-operation", text);
    await local.send("poll-operation", text);
    for (const each of [rig, local]) {
      expect(await ended(each, operation)).toMatchObject({ outcome: "succeeded" });
      await each.until("a dead letter", async () => (await deadLettersOf(each)).length === 1);
      expect(await deadLettersOf(each)).toMatchObject([
        { queue: "poll-operation", receives, verdict: "needs-decision" },
      ]);
      expect((await deadLettersOf(each))[0].cause).toMatch(cause);
      await each.until("an event", async () => (await each.events()).some(({ type }) => type.endsWith("attention")));
    }
    expect(messagesLeft(rig)).toEqual([]);
    expect(told(await rig.events())).toEqual(told(await local.events()));
    const polls = rig.host.invocations.filter((each) => each.function === "poll-operation");
    const minutes = polls.map(({ startedAtMs }) => Math.round((startedAtMs - (polls[0]?.startedAtMs ?? 0)) / 60_000));
    // Five minutes lie between them, and not the seven of the host.
    expect([...new Set(minutes)]).toEqual([0, 5, 10, 15, 20].slice(0, receives));
  });

  test("on the queue of another step does no harm: the operation ends once, and well", async () => {
    const rig = await polling(await openedAzure());
    const { seq, deadline } = (await rowOf(rig, operation)) ?? { seq: 0, deadline: 0 };
    await rig.put("start-deployment", JSON.stringify({ ...pointer, seq, deadline }));
    expect(await ended(rig, operation)).toMatchObject({ outcome: "succeeded" });
    await rig.until("all messages to be gone", async () => messagesLeft(rig).length === 0);
    const events = await rig.events();
    const types = events.map(({ type }) => type.replace("drover.operation.", ""));
    expect(types).toEqual(["accepted", "started", "attention", "succeeded"]);
    expect(events[2]?.data).toMatchObject({ reason: 'Expected a known step, got "poll-operation"' });
    expect(rig.clouds.sphere.state.acceptedCreates(demoIds.groups.happy)).toBe(1);
  });

  test("for an operation that is not there is dropped, as on one machine", async () => {
    const rig = await openedAzure();
    await rig.put("poll-operation", JSON.stringify(pointer));
    await rig.until("the message to be gone", async () => messagesLeft(rig).length === 0);
    expect([await rig.events(), await deadLettersOf(rig)]).toEqual([[], []]);
  });
});
