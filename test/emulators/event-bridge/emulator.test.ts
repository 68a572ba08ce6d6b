import { DescribeEventBusCommand, EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { describe, expect, it, onTestFinished } from "vitest";
import { createEventBridgeEmulator } from "../../../emulators/event-bridge/index.ts";
import { serveOnLoopback } from "../../../emulators/serve.ts";

const KEYS = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };
const ENTRY = { Source: "fleet", DetailType: "arrived", Detail: '{"device":1}', EventBusName: "bus" };

async function bridge(credentials = KEYS) {
  const emulator = createEventBridgeEmulator({ now: Date.now });
  emulator.seedAccessKey(KEYS);
  emulator.seedBus("bus");
  const server = await serveOnLoopback((request) => emulator.fetch(request));
  onTestFinished(() => server.close());
  const client = new EventBridgeClient({ region: "eu-central-1", credentials, endpoint: server.url, maxAttempts: 1 });
  const put = (...entries: object[]) =>
    client.send(new PutEventsCommand({ Entries: entries.map((entry) => ({ ...ENTRY, ...entry })) }));
  return { emulator, client, put };
}

describe("EventBridge's official client", () => {
  it("puts events that rules would see", async () => {
    const { emulator, put } = await bridge();
    const answer = await put({ Time: new Date("2026-11-21T00:00:00Z") }, { Detail: '{"é":"\u{1F40E}"}' });
    expect(answer).toMatchObject({ FailedEntryCount: 0, Entries: [{ EventId: expect.any(String) }, {}] });
    expect(emulator.events()).toMatchObject([
      { bus: "bus", source: "fleet", detailType: "arrived", detail: '{"device":1}', time: "2026-11-21T00:00:00.000Z" },
      { detail: '{"é":"\u{1F40E}"}' },
    ]);
  });

  it("is told of each entry that failed, with 200", async () => {
    const { emulator, put } = await bridge();
    const answer = await put(
      { Detail: "{" },
      {},
      { Detail: "[]" },
      { Source: "" },
      { DetailType: undefined },
      { Source: "aws.s3" },
    );
    expect(answer.FailedEntryCount).toBe(5);
    expect(answer.Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([
      "MalformedDetail",
      undefined,
      "MalformedDetail",
      "InvalidArgument",
      "InvalidArgument",
      "NotAuthorizedForSourceException",
    ]);
    expect(emulator.events()).toHaveLength(1);
    emulator.addFault({ kind: "entries", code: "InternalFailure", indexes: [1], times: 1 });
    expect((await put({}, {}, {})).Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([
      undefined,
      "InternalFailure",
      undefined,
    ]);
    expect(emulator.events()).toHaveLength(3);
  });

  it("is refused as a whole for too many entries or bytes", async () => {
    const { emulator, put } = await bridge();
    await expect(put(...Array.from({ length: 11 }, () => ({})))).rejects.toMatchObject({ name: "ValidationException" });
    const large = { Detail: JSON.stringify({ text: "x".repeat(100 * 1024) }) };
    await expect(put(large, large, large)).rejects.toMatchObject({ name: "ValidationException" });
    expect(await put(large, large)).toMatchObject({ FailedEntryCount: 0 });
    emulator.configure({ maxRequestBytes: 1024 * 1024 });
    expect(await put(large, large, large)).toMatchObject({ FailedEntryCount: 0 });
  });

  it("is given an id for what nobody will ever see", async () => {
    const { emulator, client, put } = await bridge();
    const answer = await put({ EventBusName: "nobody" }, { DetailType: "x".repeat(129) });
    expect(answer).toMatchObject({ FailedEntryCount: 0 });
    expect(emulator.events()).toEqual([]);
    expect(emulator.discarded()).toHaveLength(2);
    const describing = client.send(new DescribeEventBusCommand({ Name: "nobody" }));
    await expect(describing).rejects.toMatchObject({ name: "ResourceNotFoundException" });
    expect((await client.send(new DescribeEventBusCommand({ Name: "bus" }))).Arn).toMatch(/:event-bus\/bus$/);
    await put({ EventBusName: "arn:aws:events:eu-central-1:000000000000:event-bus/bus" });
    expect(emulator.events()).toMatchObject([{ bus: "bus" }]);
  });

  it("is refused with another key, throttled and cut off", async () => {
    const strange = await bridge({ ...KEYS, secretAccessKey: "another" });
    await expect(strange.put({})).rejects.toMatchObject({ name: "InvalidSignatureException" });
    const { emulator, put } = await bridge();
    emulator.addFault({ kind: "status", status: 429, times: 1 });
    await expect(put({})).rejects.toMatchObject({ name: "ThrottlingException" });
    emulator.addFault({ kind: "drop", takesEffect: true, times: 1 });
    await expect(put({})).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(emulator.events()).toHaveLength(1);
  });
});
