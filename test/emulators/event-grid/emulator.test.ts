import { AzureKeyCredential, EventGridPublisherClient } from "@azure/eventgrid";
import { describe, expect, onTestFinished, test } from "vitest";
import { createEventGridEmulator } from "../../../emulators/event-grid/index.ts";
import { serveOnLoopback } from "../../../emulators/serve.ts";

async function opened(key = "right") {
  const emulator = createEventGridEmulator({ key: "right" });
  const server = await serveOnLoopback((request) => emulator.fetch(request));
  onTestFinished(() => server.close());
  const client = new EventGridPublisherClient(`${server.url}/api/events`, "CloudEvent", new AzureKeyCredential(key), {
    allowInsecureConnection: true,
    retryOptions: { maxRetries: 0 },
  });
  const post = (body: unknown, type = "application/cloudevents-batch+json") =>
    emulator
      .fetch(
        new Request("http://topic.example/api/events?api-version=2018-01-01", {
          method: "POST",
          headers: { "content-type": type, "aeg-sas-key": "right" },
          body: JSON.stringify(body),
        }),
      )
      .then(({ status }) => status);
  return { emulator, client, post };
}

const event = (id: string, more: object = {}) => ({ id, source: "/a", type: "t", specversion: "1.0", ...more });

describe("event grid emulator", () => {
  test("takes batches of the SDK's client", async () => {
    const { client, emulator } = await opened();
    await client.send([
      { type: "t", source: "/a", id: "1", data: { a: 1 } },
      { type: "t", source: "/a", id: "2" },
    ]);
    expect(emulator.delivered().map(({ id }) => id)).toEqual(["1", "2"]);
  });

  test("refuses strangers", async () => {
    const { client } = await opened("wrong");
    await expect(client.send([{ type: "t", source: "/a" }])).rejects.toHaveProperty("statusCode", 401);
  });

  test("takes all of a batch or nothing", async () => {
    const { post, emulator } = await opened();
    expect(await post([event("1"), { id: "2" }])).toBe(400);
    expect(await post([event("1"), event("2", { Bad_Name: "x" })])).toBe(400);
    expect(await post([event("1")], "application/json")).toBe(400);
    expect(await post([event("1", { data: "x".repeat(1024 * 1024) })])).toBe(413);
    expect(emulator.delivered()).toEqual([]);
    expect(await post([event("1")])).toBe(200);
  });
});
