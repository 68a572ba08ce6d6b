import createClient from "openapi-fetch";
import { expect, onTestFinished, test } from "vitest";
import { listenHttp } from "../../cli/http-listener.ts";
import type { components, paths } from "../generated-client/drover-api.ts";
import { contractWorld, ours, tokens } from "./contract-world.ts";

/** A client that a public generator has made of docs/openapi.json: its types are all that is known here. */

type Operation = components["schemas"]["Operation"];

async function connected(token: string = tokens.ops) {
  const world = contractWorld();
  const listener = await listenHttp("127.0.0.1:0", world.host.guarded.fetch);
  onTestFinished(() => listener.close());
  const client = createClient<paths>({ baseUrl: listener.url, headers: { authorization: `Bearer ${token}` } });
  return { ...world, client, url: listener.url };
}
type Client = Awaited<ReturnType<typeof connected>>["client"];

function deploy(id: string, team = "hvac"): components["schemas"]["AzureSphereDeployRequest"] {
  const { connection, deviceGroupId, images } = ours(id).data;
  return {
    specversion: "1.0",
    id,
    source: "/ci/hvac",
    type: "drover.azure-sphere.deploy",
    data: { connection, deviceGroupId, images, labels: { team } },
  };
}

async function submitted(client: Client, id: string, team?: string): Promise<string> {
  const { data, error, response } = await client.POST("/requests", { body: deploy(id, team) });
  if (error) throw new Error(`Expected the request to be taken, got ${error.code}: ${error.detail}`);
  if (!("operation" in data)) throw new Error("Expected an operation, got another answer");
  expect(response.headers.get("location")).toBe(data.location);
  return data.operation;
}

/** Follows an operation to its end, without asking all the time. */
async function ended(client: Client, id: string): Promise<Operation> {
  let since = "";
  for (;;) {
    const { data, error } = await client.GET("/operations/{id}", {
      params: { path: { id }, query: { wait: 5, since } },
    });
    if (error) throw new Error(`Expected an operation, got ${error.code}`);
    if ("forgotten" in data) throw new Error("Expected an operation with its details, got a forgotten one");
    if (data.state === "ended") return data;
    since = data.updatedAt;
  }
}

test("submits, follows, and reads history, explanation and events", async () => {
  const { client, host } = await connected();
  const id = await submitted(client, "release-412");
  host.start();
  const operation = await ended(client, id);
  expect([operation.outcome, operation.request.id, operation.labels["team"]]).toEqual([
    "succeeded",
    "release-412",
    "hvac",
  ]);

  const path = { id };
  const { data: history } = await client.GET("/operations/{id}/history", { params: { path } });
  expect(history?.history.map(({ what }) => what)).toContain("accepted");
  const { data: explanation } = await client.GET("/operations/{id}/explanation", { params: { path } });
  expect(explanation?.acts.who).toBe("nobody");

  let after = 0;
  const types: string[] = [];
  for (;;) {
    const { data } = await client.GET("/events", { params: { query: { after, limit: 2 } } });
    if (data === undefined || typeof data === "string" || data.events.length === 0) break;
    types.push(...data.events.map(({ event }) => event.type));
    after = data.next;
  }
  expect(types).toEqual(["drover.operation.accepted", "drover.operation.started", "drover.operation.succeeded"]);
});

test("lists with filters and pages", async () => {
  const { client } = await connected();
  for (const id of ["a", "b", "c"]) await submitted(client, id);
  await submitted(client, "other", "doors");
  const found: string[] = [];
  let cursor: string | undefined;
  let pages = 0;
  do {
    const { data, error } = await client.GET("/operations", {
      params: {
        query: { state: "active", connection: "sphere", label: "team=hvac", limit: 2, ...(cursor ? { cursor } : {}) },
      },
    });
    if (error) throw new Error(error.detail);
    found.push(...data.operations.map(({ request }) => request.id));
    cursor = data.cursor;
    pages += 1;
  } while (cursor !== undefined);
  expect([found, pages]).toEqual([["c", "b", "a"], 2]);
});

test("cancels", async () => {
  const { client, host } = await connected();
  const id = await submitted(client, "a");
  const cancel = () =>
    client.POST("/operations/{id}/actions/cancel", { params: { path: { id } }, body: { note: "wrong image" } });
  const first = await cancel();
  expect([first.response.status, first.data?.cancel]).toEqual([202, "requested"]);
  const again = await cancel();
  expect([again.response.status, again.data?.cancel]).toEqual([200, "already"]);
  host.start();
  expect((await ended(client, id)).cancelRequested).toMatchObject({ note: "wrong image" });
});

test("gets problems that it can tell apart", async () => {
  const { client, url } = await connected();
  const unknown = await client.GET("/operations/{id}", { params: { path: { id: "a".repeat(52) } } });
  expect([unknown.error?.code, unknown.error?.status]).toEqual(["not-found", 404]);
  await submitted(client, "a", "hvac");
  const conflict = await client.POST("/requests", { body: deploy("a", "doors") });
  expect(conflict.error?.code).toBe("key-conflict");
  const refused = await client.POST("/requests", { body: { ...deploy("b"), id: "" } });
  expect(refused.error?.problems).toEqual([expect.stringMatching(/^id: /)]);
  const stranger = await createClient<paths>({ baseUrl: url }).GET("/operations");
  expect(stranger.error?.code).toBe("no-credentials");
});

test("does not compile for what is not there", async () => {
  const { client } = await connected();
  // @ts-expect-error: no such parameter
  const unknown = await client.GET("/operations", { params: { query: { colour: "red" } } });
  expect(unknown.error?.code).toBe("invalid-parameter");
  // @ts-expect-error: no such value
  const other = await client.GET("/operations", { params: { query: { state: "asleep" } } });
  expect(other.response.status).toBe(400);
});
