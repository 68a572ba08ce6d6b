import { describe, expect, test } from "vitest";
import { type DroverError, RetryableError, UnauthorizedError } from "../../../lib/contracts/errors.ts";
import type { Outcome } from "../../../lib/contracts/event.ts";
import type { Json } from "../../../lib/contracts/json.ts";
import type { Traces } from "../../../lib/contracts/provider.ts";
import { failureOf } from "../support.ts";
import {
  type Cloud,
  createCloud,
  createScripted,
  derivedId,
  finish,
  handle,
  heatFault,
  ids,
  intentFor,
  json,
  keystoneToken,
  prepared,
  requestFor,
  rowId,
  rowOf,
  type Script,
  start,
} from "./support.ts";

const leftIn = (cloud: Cloud) => ({
  rows: cloud.emulator.state.deployments().length,
  configs: cloud.emulator.state.configs().length - 1,
  objects: cloud.emulator.state.objects().length,
});
const nothing = { rows: 0, configs: 0, objects: 0 };

test.each<[Outcome, "never" | "after-success" | "always" | undefined, boolean]>([
  ["succeeded", undefined, true],
  ["failed", undefined, false],
  ["timed-out", undefined, false],
  ["cancelled", undefined, true],
  ["succeeded", "never", false],
  ["cancelled", "never", true],
  ["failed", "always", true],
  ["timed-out", "always", true],
  ["unknown", "always", false],
  ["unknown", undefined, false],
])("after %s with cleanUp %s: %s", (outcome, cleanUp, expected) => {
  const { provider } = createCloud();
  expect(provider.cleansUp?.(requestFor(cleanUp === undefined ? {} : { cleanUp }), outcome)).toBe(expected);
});

test("what is stored as over stays for the server to find, unless it is said otherwise", () => {
  const { provider } = createCloud();
  const deployment = { status: "COMPLETE" };
  expect(provider.cleansUp?.(requestFor({ deployment }), "succeeded")).toBe(false);
  expect(provider.cleansUp?.(requestFor({ deployment, cleanUp: "after-success" }), "succeeded")).toBe(true);
});

describe("a clean-up begins again wherever it was interrupted", () => {
  test.each([0, 1, 2].flatMap((done) => [true, false].map((arrives) => [done, arrives] as const)))(
    "after %i deletions, the next one of which arrived: %s",
    async (done, arrives) => {
      let left: number | undefined = done;
      const cloud = createCloud({
        through: async (request, next) => {
          if (request.method !== "DELETE" || left === undefined) return await next(request);
          if (left > 0) {
            left -= 1;
            return await next(request);
          }
          left = undefined;
          if (arrives) await next(request);
          throw new TypeError("fetch failed");
        },
      });
      const made = await start(cloud);
      await finish(cloud, made);
      const traces: Traces = { handle: made.started.handle, intents: made.intents };
      const clean = () => cloud.provider.cleanUp?.(made.request, traces, cloud.context()) ?? Promise.resolve();
      expect(await failureOf(clean())).toBeInstanceOf(RetryableError);
      await clean();
      await clean();
      expect(leftIn(cloud)).toEqual(nothing);
    },
  );
});

describe("a clean-up with less than a handle", () => {
  test("removes the config and the row of a create whose answer was lost", async () => {
    const cloud = createCloud();
    cloud.emulator.addFault({
      method: "POST",
      path: "*/software_deployments",
      kind: "drop",
      takesEffect: true,
      times: 1,
    });
    const made = await prepared(cloud);
    await failureOf(cloud.provider.createDeployment(made.request, made.intent, cloud.context()));
    await cloud.provider.cleanUp?.(made.request, { intents: made.intents }, cloud.context());
    expect(leftIn(cloud)).toEqual(nothing);
  });

  test("removes a config whose answer was lost, by its name", async () => {
    const cloud = createCloud();
    cloud.emulator.addFault({ method: "POST", path: "*/software_configs", kind: "drop", takesEffect: true, times: 1 });
    const request = requestFor();
    const basis = cloud.provider.basisOf?.(request, cloud.context());
    const intent = intentFor(cloud.time, (await basis?.prepare()) as Json);
    await failureOf(basis?.create(intent) ?? Promise.resolve());
    expect(leftIn(cloud).configs).toBe(1);
    await cloud.provider.cleanUp?.(request, { intents: { basis: intent } }, cloud.context());
    expect(leftIn(cloud)).toEqual(nothing);
  });

  test("removes what an earlier attempt at the config left", async () => {
    const cloud = createCloud();
    const first = await prepared(cloud, requestFor(), "one");
    const made = await start(cloud);
    await finish(cloud, made);
    expect(leftIn(cloud).configs).toBe(2);
    const basis = made.intents["basis"];
    if (basis === undefined) throw new Error("Expected the intent of a basis");
    const intents = { ...made.intents, basis: { ...basis, attempt: 2 } };
    await cloud.provider.cleanUp?.(made.request, { handle: made.started.handle, intents }, cloud.context());
    expect(leftIn(cloud)).toEqual(nothing);
    expect(first.intents["basis"]).toBeDefined();
  });

  test("removes marked rows alone where the very config was used", async () => {
    const deleted: string[] = [];
    const request = requestFor({ useConfig: "as-is", completion: "external" });
    const markerOf = async (cloud: ReturnType<typeof createScripted>) => {
      const made = await cloud.provider.prepareDeployment(request, cloud.context());
      return made as { readonly marker: string };
    };
    let marker = "";
    const cloud = createScripted((method, path) => {
      if (path === `/software_configs/${ids.configId}`) {
        return json(200, { software_config: { id: ids.configId, group: "script", inputs: [] } });
      }
      if (path.startsWith("/software_deployments?")) {
        const own = rowOf({ config_id: ids.configId, input_values: { drover_operation: marker } });
        const rows = marker === "" ? [] : [own, rowOf({ id: "x", config_id: ids.configId })];
        return json(200, { software_deployments: rows });
      }
      if (method !== "DELETE") return undefined;
      deleted.push(path);
      return new Response(null, { status: 204 });
    });
    const made = await markerOf(cloud);
    marker = made.marker;
    const intents = { deployment: intentFor(cloud.time, made) };
    await cloud.provider.cleanUp?.(request, { intents }, cloud.context());
    expect(deleted).toEqual([`/software_deployments/${rowId}`]);
  });

  test("does nothing when nothing was made", async () => {
    const cloud = createScripted(() => undefined);
    await cloud.provider.cleanUp?.(requestFor(), { intents: {} }, cloud.context());
    expect(cloud.sent).toEqual([]);
  });
});

describe("a clean-up that is refused", () => {
  const inUse = () => json(500, heatFault(500, "InvalidRestrictedAction", "referenced"));
  const done = () => new Response(null, { status: 204 });
  function cleaning(script: Script) {
    const cloud = createScripted(
      (method, path, text) => script(method, path, text) ?? (method === "DELETE" ? done() : undefined),
    );
    const traces = { handle: { ...handle, signalObject: "drover-x" }, intents: {} };
    return { cloud, run: () => cloud.provider.cleanUp?.(requestFor(), traces, cloud.context()) ?? Promise.resolve() };
  }
  const on =
    (part: string, answer: () => Response): Script =>
    (method, path) =>
      method === "DELETE" && path.includes(part) ? answer() : undefined;

  type Kind = abstract new (...args: never[]) => DroverError;
  test.each<[string, Script, Kind]>([
    [
      "the row, by a gateway's 404",
      on("/software_deployments/", () => new Response("<html>", { status: 404 })),
      RetryableError,
    ],
    [
      "the row, by the role",
      on("/software_deployments/", () => json(403, heatFault(403, "Forbidden"))),
      UnauthorizedError,
    ],
    ["the row, for now", on("/software_deployments/", () => new Response("", { status: 503 })), RetryableError],
    [
      "the config, by the role",
      on("/software_configs/", () => json(403, heatFault(403, "Forbidden"))),
      UnauthorizedError,
    ],
    ["the config, for now", on("/software_configs/", () => json(500, heatFault(500, "RemoteError"))), RetryableError],
    ["the object, for now", on("/drover-signals/", () => new Response("", { status: 503 })), RetryableError],
  ])("for %s is tried again", async (_name, script, kind) => {
    expect(await failureOf(cleaning(script).run())).toBeInstanceOf(kind);
  });

  test("since a row names the config removes the rows of that config, and tries once more", async () => {
    let left = 1;
    const { cloud, run } = cleaning((method, path) => {
      if (path.startsWith("/software_deployments?")) {
        return json(200, {
          software_deployments: [rowOf({ id: "late" }), rowOf({ id: "other", config_id: ids.configId })],
        });
      }
      if (method === "DELETE" && path.includes("/software_configs/") && left > 0) {
        left -= 1;
        return inUse();
      }
      return undefined;
    });
    await run();
    expect(cloud.sent.filter(({ method }) => method === "DELETE").map(({ path }) => path)).toEqual([
      `/software_deployments/${rowId}`,
      `/software_configs/${derivedId}`,
      "/software_deployments/late",
      `/software_configs/${derivedId}`,
      "/drover-signals/drover-x",
    ]);
  });

  test("since a row on another server names the config says so", async () => {
    const { run } = cleaning((method, path) => {
      if (path.startsWith("/software_deployments?")) return json(200, { software_deployments: [] });
      return method === "DELETE" && path.includes("/software_configs/") ? inUse() : undefined;
    });
    const error = await failureOf(run());
    expect(error).toBeInstanceOf(RetryableError);
    expect(error).toMatchObject({ code: "config-in-use" });
  });

  test("since Heat is out of order after that is tried again", async () => {
    let left = 1;
    const { run } = cleaning((method, path) => {
      if (path.startsWith("/software_deployments?")) return json(200, { software_deployments: [] });
      if (method !== "DELETE" || !path.includes("/software_configs/")) return undefined;
      left -= 1;
      return left === 0 ? inUse() : json(500, heatFault(500, "RemoteError"));
    });
    expect(await failureOf(run())).toBeInstanceOf(RetryableError);
  });

  test("in another project is not begun", async () => {
    const cloud = createScripted(() => undefined, { token: keystoneToken({ project: { id: "p2" } }) });
    const run = cloud.provider.cleanUp?.(requestFor(), { handle, intents: {} }, cloud.context()) ?? Promise.resolve();
    expect(await failureOf(run)).toMatchObject({ code: "place-changed" });
    expect(cloud.sent).toHaveLength(1);
  });
});

describe("a report", () => {
  test.each([
    [{ status: "COMPLETE", reason: "Done" } as const, "Done"],
    [{ status: "FAILED" } as const, "Reported as FAILED"],
    [{ status: "COMPLETE", reason: "\u{1f600}" } as const, "?"],
  ])("puts all that any cloud asks for: %j", async (said, reason) => {
    const cloud = createScripted((method) =>
      method === "PUT" ? json(200, { software_deployment: rowOf() }) : undefined,
    );
    await cloud.provider.report?.(requestFor({ deployment: { action: "UPDATE" } }), handle, said, cloud.context());
    const put = cloud.sent.find(({ method }) => method === "PUT");
    expect(put?.path).toBe(`/software_deployments/${rowId}`);
    expect(JSON.parse(put?.text ?? "")).toEqual({
      config_id: derivedId,
      action: "UPDATE",
      status: said.status,
      status_reason: reason,
    });
  });

  test("is no longer than the column", async () => {
    const cloud = createScripted((method) =>
      method === "PUT" ? json(200, { software_deployment: rowOf() }) : undefined,
    );
    await cloud.provider.report?.(
      requestFor(),
      handle,
      { status: "FAILED", reason: "é".repeat(70_000) },
      cloud.context(),
    );
    const { status_reason } = JSON.parse(cloud.sent.find(({ method }) => method === "PUT")?.text ?? "{}");
    expect(Buffer.byteLength(status_reason)).toBeLessThanOrEqual(65_535);
    expect(status_reason).toMatch(/^é+$/);
  });
});
