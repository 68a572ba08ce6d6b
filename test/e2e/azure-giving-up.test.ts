import { describe, expect, onTestFinished, test, vi } from "vitest";
import { demoIds } from "../../emulators/azure-sphere/index.ts";
import { closedRetryMs, suspectAfter } from "../../lib/platforms/azure/functions/receive.ts";
import { receiveLimit } from "../../lib/platforms/settle.ts";
import { busy, lostAfter, lostBefore, refusedWith } from "../platforms/azure/faults.ts";
import { queuePrefix } from "./azure-cloud.ts";
import { type AzureRig, type AzureRigOptions, azureRig } from "./azure-rig.ts";
import { exampleOf } from "./clouds.ts";
import { ended, rowOf, submitted } from "./rig.ts";

/** What becomes of messages that functions cannot handle: tried again, given up with a reason, and never lost without a word. */

async function opened(options: AzureRigOptions = {}): Promise<AzureRig> {
  const rig = await azureRig(options);
  onTestFinished(() => rig.close());
  return rig;
}

const example = exampleOf("requests", "happy.json");
const often = { times: Number.POSITIVE_INFINITY };
const hostRetryMs = 7 * 60_000;
const hiddenMs = 10 * 60_000;

const deadLettersOf = async (rig: AzureRig) =>
  JSON.parse((await rig.http("GET", "/dead-letters")).bytes.toString()).deadLetters;
const calls = (rig: AzureRig, name: string) => rig.host.invocations.filter((each) => each.function === name);
/** Seconds from one call to the next. */
const pauses = (rig: AzureRig, name: string) => {
  const starts = calls(rig, name).map(({ startedAtMs }) => startedAtMs);
  return starts.slice(1).map((at, index) => (at - (starts[index] ?? 0)) / 1_000);
};
const messagesLeft = ({ cloud }: AzureRig) => cloud.queueNames.flatMap((name) => cloud.queues.messages(name));
const logsOf = (rig: AzureRig) =>
  rig.lines.map((line) => JSON.parse(line)).filter(({ message }) => message !== undefined);
const attentionIn = async (rig: AzureRig) => (await rig.events()).filter(({ type }) => type.endsWith(".attention"));
const isSend =
  (queue: string) =>
  ({ method, path }: { readonly method: string; readonly path: string }) =>
    method === "POST" && path.includes(`/${queuePrefix}${queue}/messages`);

describe("a message that its function cannot handle", () => {
  test.each([
    ["a step's", "start-deployment"],
    ["a request", "accept-request"],
  ])("%s comes again after 2 s, 4 s, … and is given up at the fifth try with the reason", async (_, name) => {
    const rig = await opened();
    // A step fails by a defect, a request by a table that takes nothing of it.
    rig.clouds.defective = name !== "accept-request";
    const isAccepting = () => calls(rig, "accept-request").some(({ outcome }) => outcome === "running");
    if (name === "accept-request") rig.cloud.proxies.tables.on(isAccepting, busy, often);
    await submitted(rig, example);
    await rig.until("a dead letter", async () => (await deadLettersOf(rig)).length > 0);
    expect(pauses(rig, name).map((seconds) => Math.floor(Math.log2(seconds)))).toEqual([1, 2, 3, 4]);
    expect(await deadLettersOf(rig)).toMatchObject([{ receives: receiveLimit }]);
    expect(await attentionIn(rig)).toHaveLength(1);
    expect(messagesLeft(rig)).toEqual([]);
    expect(calls(rig, name).every(({ outcome }) => outcome === "succeeded")).toBe(true);
  });

  test("is kept by the host when it can neither be sent again nor be given up, and nothing is lost", async () => {
    const rig = await opened();
    rig.clouds.defective = true;
    const again = rig.cloud.proxies.queues.on(isSend("start-deployment"), busy, { times: 3, skip: 1 });
    const letter = rig.cloud.proxies.queues.on(isSend("start-deployment-poison"), refusedWith(500, "InternalError"), {
      times: 3,
    });
    const id = await submitted(rig, example);
    await rig.until("a dead letter", async () => (await deadLettersOf(rig)).length > 0);
    expect([again.hits, letter.hits]).toEqual([3, 3]);
    const kept = calls(rig, "start-deployment").filter(({ settlement }) => settlement === "released");
    expect(kept).toHaveLength(2);
    for (const { outcome, error } of kept)
      expect([outcome, String(error)]).toEqual(["failed", expect.stringMatching(/its host keeps it/)]);
    expect(logsOf(rig).map(({ message }) => message)).toEqual(
      expect.arrayContaining([
        "the time of another try could not be set",
        "a dead letter could not be sent and is tried again",
      ]),
    );
    expect(await attentionIn(rig)).toMatchObject([{ subject: id, data: { code: "dead-letter" } }]);
    await rig.until("all messages to be gone", async () => messagesLeft(rig).length === 0);
  });

  test("comes twice when the reply to its sending is lost, and still becomes one dead letter and one event", async () => {
    const rig = await opened();
    rig.clouds.defective = true;
    const again = rig.cloud.proxies.queues.on(isSend("start-deployment"), lostAfter, { times: 2, skip: 1 });
    const letter = rig.cloud.proxies.queues.on(isSend("start-deployment-poison"), lostAfter);
    await submitted(rig, example);
    await rig.until(
      "an end of it",
      async () => (await deadLettersOf(rig)).length > 0 && messagesLeft(rig).length === 0,
    );
    expect([again.hits, letter.hits]).toEqual([2, 1]);
    expect(calls(rig, "start-deployment").length).toBeGreaterThan(receiveLimit);
    expect(await deadLettersOf(rig)).toHaveLength(1);
    expect(await attentionIn(rig)).toHaveLength(1);
  });

  test("that became a dead letter which cannot be recorded stays until it can", async () => {
    const rig = await opened();
    await rig.put("inbox", "not json");
    const isRecording = () => calls(rig, "record-dead-letter-inbox").some(({ outcome }) => outcome === "running");
    const rule = rig.cloud.proxies.tables.on(isRecording, busy, often);
    await rig.until("tries", async () => calls(rig, "record-dead-letter-inbox").length === 12);
    const tries = pauses(rig, "record-dead-letter-inbox");
    // Seconds at first, and five minutes in the end, without a bound on their number.
    expect(tries[0]).toBeLessThan(5);
    expect(tries.slice(-2).map((seconds) => Math.round(seconds / 60))).toEqual([5, 5]);
    expect(messagesLeft(rig)).toHaveLength(1);
    rule.remove();
    await rig.until("an event", async () => (await attentionIn(rig)).length > 0 && messagesLeft(rig).length === 0);
    expect(await deadLettersOf(rig)).toMatchObject([{ queue: "inbox", receives: 1 }]);
  });
});

describe("what nobody can begin", () => {
  test("waits for a configuration that is broken, looked at every minute, and is carried out once it is mended", async () => {
    const rig = await opened({ variables: { DROVER_CONFIGURATION: "{ not json" } });
    const id = await submitted(rig, example);
    await rig.until("twenty looks", async () => calls(rig, "accept-request").length === 20);
    for (const seconds of pauses(rig, "accept-request"))
      expect(Math.abs(seconds - closedRetryMs / 1_000)).toBeLessThan(11);
    expect(await rig.events()).toEqual([]);
    const errors = logsOf(rig).filter(({ function: name }) => name === "accept-request");
    expect(errors).toHaveLength(20);
    for (const { level, message, error } of errors)
      expect([level, message, error]).toEqual([
        "error",
        "the invocation failed",
        expect.stringMatching(/DROVER_CONFIGURATION/),
      ]);
    await rig.recycle({ DROVER_CONFIGURATION: rig.cloud.variables["DROVER_CONFIGURATION"] ?? "" });
    expect(await ended(rig, id)).toMatchObject({ outcome: "succeeded" });
    // None of the looks was a try.
    expect(logsOf(rig).filter(({ message }) => message === "a message was given up")).toEqual([]);
    expect(rig.clouds.sphere.state.acceptedCreates(demoIds.groups.happy)).toBe(1);
    await rig.until("all messages to be gone", async () => messagesLeft(rig).length === 0);
  });

  test("waits in the host's hands while the app's settings are wrong, and is carried out once they are mended", async () => {
    const rig = await opened({ variables: { DROVER_TOPIC_ENDPOINT: "nowhere" } });
    const id = await submitted(rig, example);
    await rig.until("five looks", async () => calls(rig, "accept-request").length === 5);
    for (const seconds of pauses(rig, "accept-request"))
      expect(Math.abs(seconds * 1_000 - hostRetryMs)).toBeLessThan(11_000);
    expect(calls(rig, "accept-request").map(({ outcome, settlement }) => `${outcome} ${settlement}`)).toEqual(
      Array(5).fill("failed released"),
    );
    expect(logsOf(rig).find(({ level }) => level === "error").error).toMatch(
      /DROVER_TOPIC_ENDPOINT: expected the endpoint/,
    );
    await rig.recycle({ DROVER_TOPIC_ENDPOINT: rig.cloud.variables["DROVER_TOPIC_ENDPOINT"] ?? "" });
    expect(await ended(rig, id)).toMatchObject({ outcome: "succeeded" });
  });

  test("is given up by the host in the end, and recorded with an event as soon as that can be done", async () => {
    // As the host would after days, in which nobody has mended the settings.
    const rig = await opened({
      variables: { DROVER_TOPIC_ENDPOINT: "nowhere" },
      queues: { maxDequeueCount: 3, visibilityTimeout: "00:00:30" },
    });
    const id = await submitted(rig, example);
    await rig.until("the host to give up", async () =>
      calls(rig, "accept-request").some(({ settlement }) => settlement === "poisoned"),
    );
    await rig.until("the poison to be seen", async () => calls(rig, "record-dead-letter-inbox").length > 1);
    expect([await rig.events(), messagesLeft(rig).length]).toEqual([[], 1]);
    await rig.recycle({ DROVER_TOPIC_ENDPOINT: rig.cloud.variables["DROVER_TOPIC_ENDPOINT"] ?? "" });
    await rig.until("an event", async () => (await rig.events()).length > 0 && messagesLeft(rig).length === 0);
    const [letter, ...others] = await deadLettersOf(rig);
    expect(letter).toMatchObject({ queue: "inbox", cause: expect.stringMatching(/gave it up without a reason/) });
    expect(others).toEqual([]);
    expect(await rig.events()).toMatchObject([
      { type: "drover.operation.attention", subject: `dead-letter-${letter.id}` },
    ]);
    // Nothing of it is lost: it can be taken up again.
    expect((await rig.http("POST", `/dead-letters/${letter.id}/redrive`, {})).status).toBe(202);
    expect(await ended(rig, id)).toMatchObject({ outcome: "succeeded" });
  });

  test("as it ends each process that tries is given up by us, with an event", async () => {
    const rig = await opened();
    const inbox = `${queuePrefix}inbox`;
    const id = await submitted(rig, example);
    let isDown = false;
    // The process is gone over the first thing that it does with the message: whatever it would still send is lost.
    rig.cloud.proxies.tables.on(
      () => {
        if (calls(rig, "accept-request").at(-1)?.outcome === "running") {
          isDown = true;
          rig.host.crash();
        }
        return isDown;
      },
      lostBefore,
      often,
    );
    const unsent = rig.cloud.proxies.queues.on(() => isDown, lostBefore, often);
    for (let crashes = 1; crashes <= 3; crashes += 1) {
      await rig.until("a crash", async () => isDown);
      await vi.waitFor(() => expect(unsent.hits).toBe(crashes * 3));
      isDown = false;
      await rig.recycle();
      // As after many more.
      const [message] = rig.cloud.queues.messages(inbox);
      if (message && crashes === 1) message.dequeues = suspectAfter - 1;
    }
    await rig.until("an event", async () => (await rig.events()).length > 0 && messagesLeft(rig).length === 0);
    const outcomes = calls(rig, "accept-request").map(({ outcome, dequeueCount }) => [outcome, dequeueCount]);
    expect(outcomes).toEqual([
      ["lost", 1],
      ["lost", suspectAfter],
      // Sent apart, as a copy that is tried once more.
      ["succeeded", suspectAfter + 1],
      ["lost", 1],
      ["succeeded", 2],
    ]);
    const waits = pauses(rig, "accept-request").filter((seconds) => Math.abs(seconds * 1_000 - hiddenMs) < 11_000);
    expect(waits).toHaveLength(3);
    const [letter] = await deadLettersOf(rig);
    const cause = "Expected a function to end with the message, got none that came back";
    expect(letter).toMatchObject({ queue: "inbox", cause });
    expect(await attentionIn(rig)).toMatchObject([{ subject: `dead-letter-${letter.id}` }]);
    expect(await rowOf(rig, id)).toBeUndefined();
  });
});
