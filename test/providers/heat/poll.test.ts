import { describe, expect, test } from "vitest";
import { RetryableError, UnauthorizedError } from "../../../lib/contracts/errors.ts";
import { canonicalJson, operationIdOf, sha256Hex } from "../../../lib/contracts/identifiers.ts";
import type { Json, JsonObject } from "../../../lib/contracts/json.ts";
import type { Intent } from "../../../lib/contracts/operation.ts";
import { createHeatProvider } from "../../../lib/providers/heat/index.ts";
import { failureOf, shown } from "../support.ts";
import {
  type Asked,
  createCloud,
  createScripted,
  deployment,
  derivedId,
  finish,
  handle,
  heatFault,
  ids,
  inputSecret,
  intentFor,
  json,
  keystoneToken,
  preparedDerived,
  requestFor,
  rowId,
  rowOf,
  serverAt,
  start,
} from "./support.ts";

const showing = (
  answer: () => Response,
  rest: (method: string, path: string) => Response | undefined = () => undefined,
) =>
  createScripted((method, path) =>
    path === `/software_deployments/${rowId}` && method === "GET" ? answer() : rest(method, path),
  );

function poll(
  cloud: ReturnType<typeof createScripted>,
  { asked = {}, at = handle, intent }: { asked?: Asked; at?: Json; intent?: Partial<Intent> } = {},
) {
  const full = intent === undefined ? undefined : intentFor(cloud.time, preparedDerived, intent);
  return cloud.provider.poll(requestFor(asked), at, full, cloud.context());
}

describe("a status", () => {
  test("that is in progress goes on", async () => {
    const cloud = showing(() => json(200, deployment(), { "retry-after": "9" }));
    expect(await poll(cloud)).toEqual({
      kind: "in-progress",
      status: "IN_PROGRESS",
      retryAfterMs: 9_000,
      requestId: "req-1111",
    });
    expect(cloud.sent).toHaveLength(2);
  });

  test.each([
    [null, "null"],
    [undefined, "null"],
    ["in_progress", '"in_progress"'],
    ["complete", '"complete"'],
    ["BOGUS", '"BOGUS"'],
    ["toString", '"toString"'],
    ["", '""'],
    [1, "1"],
    [{}, "an object"],
  ])("%j is unclear", async (status, quote) => {
    const row = { ...rowOf(), status };
    const seen = await poll(showing(() => json(200, { software_deployment: row })));
    expect(seen).toMatchObject({ kind: "unclear", status: `unknown status ${quote}` });
  });

  test.each([
    ["COMPLETE", "succeeded", undefined],
    ["FAILED", "failed", "deployment-failed"],
  ] as const)("%s ends it as %s", async (status, outcome, code) => {
    const row = {
      status,
      status_reason: "canary reason",
      output_values: { b: 1, a: "canary" },
      updated_time: "2026-11-21T09:01:00.250",
    };
    const seen = await poll(showing(() => json(200, deployment(row))));
    const outputs = canonicalJson({ a: "canary", b: 1 });
    expect(seen).toMatchObject({
      kind: "ended",
      status,
      outcome,
      ids: { deploymentId: rowId, configId: derivedId },
      result: {
        deploymentId: rowId,
        outputs: { bytes: Buffer.byteLength(outputs), sha256: sha256Hex(outputs) },
        statusReason: { bytes: 13, sha256: sha256Hex("canary reason") },
        creationTime: "2026-11-21T09:00:00.000Z",
        updatedTime: "2026-11-21T09:01:00.250Z",
      },
    });
    expect(seen.kind === "ended" && seen.code).toBe(code);
    expect(JSON.stringify(seen)).not.toContain("canary");
  });

  test("FAILED says how to read why", async () => {
    const seen = await poll(showing(() => json(200, deployment({ status: "FAILED" }))));
    expect(seen.kind === "ended" && seen.reason).toContain(`drover heat deployments show ${rowId} --connection fleet`);
  });
});

describe("what is not the row", () => {
  test("is gone when Heat says so", async () => {
    expect(await poll(createScripted(() => undefined))).toMatchObject({
      kind: "gone",
      reason: expect.stringContaining(rowId),
    });
  });

  test.each<[string, () => Response]>([
    ["a gateway", () => json(404, { error_code: "APIG.0101", error_msg: "m", request_id: "abcd" })],
    ["a page", () => new Response("<html>", { status: 404 })],
    ["the router", () => json(404, heatFault(404, "HTTPNotFound"))],
  ])("is unclear when only %s answers 404", async (_name, answer) => {
    expect(await poll(showing(answer))).toMatchObject({ kind: "unclear" });
  });

  test.each([
    ["another id", deployment({ id: "other" })],
    ["no wrapper", rowOf()],
    ["a list", { software_deployments: [] }],
  ])("is unreadable with %s", async (_name, body) => {
    expect(await failureOf(poll(showing(() => json(200, body))))).toBeInstanceOf(RetryableError);
  });

  test("in another project is not looked for", async () => {
    const cloud = createScripted(() => undefined, { token: keystoneToken({ project: { id: "p2" } }) });
    expect(await failureOf(poll(cloud))).toMatchObject({ code: "place-changed" });
    expect(cloud.sent).toHaveLength(1);
  });

  test("is asked for again after a 500, with a hint at the object store", async () => {
    const error = await failureOf(poll(showing(() => json(500, heatFault(500, "RemoteError")))));
    expect(error).toBeInstanceOf(RetryableError);
    expect(shown(error)).toContain("object store");
  });

  test("is for a person after a 403, and unclear after a 400", async () => {
    expect(await failureOf(poll(showing(() => json(403, heatFault(403, "F")))))).toBeInstanceOf(UnauthorizedError);
    expect(await poll(showing(() => json(400, heatFault(400, "B", "m"))))).toMatchObject({ kind: "unclear" });
  });
});

describe("outputs in full", () => {
  const full = { asked: { outputs: "full" } } as const;
  const ended = (over: JsonObject) => showing(() => json(200, deployment({ status: "COMPLETE", ...over })));

  test("are told as they are", async () => {
    const values = { result: "2.0.0", list: [1, null, { a: true }] };
    const seen = await poll(ended({ output_values: values, status_reason: "Outputs received" }), full);
    expect(seen).toMatchObject({ result: { outputs: values, statusReason: "Outputs received" } });
  });

  test("are a digest when they are long", async () => {
    const seen = await poll(ended({ output_values: { deploy_stdout: "x".repeat(8 * 1024) } }), full);
    expect(seen).toMatchObject({
      result: { outputs: { bytes: expect.any(Number) }, notes: [expect.stringContaining("more than the 8192")] },
    });
  });

  test("are told without the input secrets", async () => {
    const asked: Asked = { outputs: "full", deployment: { input_values: { version: { $secret: "vault:app-db" } } } };
    const seen = await poll(ended({ output_values: { [inputSecret]: [`a ${inputSecret} b`] } }), { asked });
    expect(JSON.stringify(seen)).not.toContain("canary");
    expect(seen).toMatchObject({
      result: { outputs: { "[removed]": ["a [removed] b"] }, notes: [expect.any(String)] },
    });
  });

  test("are a digest when an input secret cannot be read", async () => {
    const asked: Asked = { outputs: "full", deployment: { input_values: { version: { $secret: "vault:app-db" } } } };
    const cloud = ended({ output_values: { a: inputSecret } });
    const provider = createHeatProvider({
      ...cloud.options,
      secret: async (reference) => {
        if (reference === "vault:app-db") throw new Error("gone");
        return await cloud.options.secret(reference);
      },
    });
    const seen = await provider.poll(requestFor(asked), handle, undefined, cloud.context());
    expect(JSON.stringify(seen)).not.toContain("canary~");
    expect(seen).toMatchObject({ outcome: "succeeded", result: { outputs: { bytes: expect.any(Number) } } });
  });

  test("quote the reason of a failure", async () => {
    const seen = await poll(ended({ status: "FAILED", status_reason: "exit 3 password=hunter2" }), full);
    expect(seen.kind === "ended" && seen.reason).toContain('FAILED "exit 3 password=[removed]"');
  });

  test("of nothing are null", async () => {
    expect(await poll(ended({ output_values: null, status_reason: null }), {})).toMatchObject({
      result: { outputs: null, statusReason: null },
    });
  });
});

describe("the end of a repeated deployment", () => {
  const request = requestFor();
  const marker = operationIdOf(request.source, request.id);
  const late = "f0000000-0000-4000-8000-000000000002";
  const asIs = { ...handle, configId: ids.configId, derived: false };
  const own = { config_id: ids.configId, input_values: { drover_operation: marker } };
  const cloudOf = (deletion = () => new Response(null, { status: 204 })) =>
    showing(
      () => json(200, deployment({ ...own, status: "COMPLETE" })),
      (method, path) => {
        if (path.startsWith("/software_deployments?")) {
          const rows = [rowOf(own), rowOf({ ...own, id: late }), rowOf({ ...own, id: "x", input_values: {} })];
          return json(200, { software_deployments: rows });
        }
        return method === "DELETE" ? deletion() : undefined;
      },
    );
  const deleted = (cloud: ReturnType<typeof createScripted>) =>
    cloud.sent.filter(({ method }) => method === "DELETE").map(({ path }) => path);
  const asked: Asked = { useConfig: "as-is", completion: "as-configured" };

  test.each([{ attempt: 2 }, { recovered: true }])("removes what landed late: %j", async (intent) => {
    const cloud = cloudOf();
    expect(await poll(cloud, { asked, at: asIs, intent })).toMatchObject({ kind: "ended", outcome: "succeeded" });
    expect(deleted(cloud)).toEqual([`/software_deployments/${late}`]);
  });

  test("removes other rows of a config of its own", async () => {
    const rows = [rowOf(), rowOf({ id: late }), rowOf({ id: "x", config_id: ids.configId })];
    const cloud = showing(
      () => json(200, deployment({ status: "COMPLETE" })),
      (method, path) =>
        path.startsWith("/software_deployments?")
          ? json(200, { software_deployments: rows })
          : method === "DELETE"
            ? new Response(null, { status: 204 })
            : undefined,
    );
    await poll(cloud, { intent: { attempt: 2 } });
    expect(deleted(cloud)).toEqual([`/software_deployments/${late}`]);
  });

  test("looks at nothing after a single attempt", async () => {
    const cloud = cloudOf();
    await poll(cloud, { asked, at: asIs, intent: { attempt: 1 } });
    expect(cloud.sent).toHaveLength(2);
  });

  test("says so when it cannot, and keeps the outcome", async () => {
    const cloud = cloudOf(() => new Response("", { status: 503 }));
    expect(await poll(cloud, { asked, at: asIs, intent: { attempt: 2 } })).toMatchObject({
      outcome: "succeeded",
      result: { notes: [expect.stringContaining("1 surplus")] },
    });
  });
});

describe("against a server", () => {
  test("whose script fails", async () => {
    const cloud = createCloud();
    const made = await start(cloud, requestFor({ servers: [serverAt(18)], outputs: "full" }));
    const seen = await finish(cloud, made);
    expect(seen).toMatchObject({
      kind: "ended",
      status: "FAILED",
      outcome: "failed",
      result: { outputs: { deploy_stderr: "no space left on device\n", deploy_status_code: 1 } },
    });
  });

  test("whose row somebody deletes", async () => {
    const cloud = createCloud();
    const made = await start(cloud, requestFor({ servers: [serverAt(22)] }));
    const { path } = new URL(cloud.sent.at(-1)?.url ?? "").pathname.match(/(?<path>.*\/software_)/)?.groups ?? {};
    expect(path).toBeTruthy();
    await cloud.provider.cleanUp?.(made.request, { handle: made.started.handle, intents: {} }, cloud.context());
    expect(await finish(cloud, made)).toMatchObject({ kind: "gone" });
  });

  test("of a cloud without an object store, says so for as long as it is asked", async () => {
    const cloud = createCloud();
    const made = await start(cloud);
    cloud.emulator.configure({ swift: false });
    const error = await failureOf(finish(cloud, made));
    expect(error).toBeInstanceOf(RetryableError);
    expect(shown(error)).toContain("object store");
  });

  test("with as-is, whose marker and values come back", async () => {
    const cloud = createCloud({ flavour: "rackspace" });
    const id = "c0f10000-0000-4000-8000-000000000002";
    cloud.emulator.seed.config({ id, projectId: ids.rackspace.projectId, group: "script", config: "x" });
    const request = requestFor({
      useConfig: "as-is",
      completion: "external",
      deployment: { config_id: id, input_values: { a: 1 } },
    });
    const made = await start(cloud, request);
    const [row] = cloud.emulator.state.deployments();
    expect(row?.inputValues).toEqual({ a: 1, drover_operation: operationIdOf(request.source, request.id) });
    await cloud.provider.report?.(
      request,
      made.started.handle,
      { status: "COMPLETE", reason: "Done by hand" },
      cloud.context(),
    );
    expect(await finish(cloud, made)).toMatchObject({ kind: "ended", outcome: "succeeded" });
    await cloud.provider.cleanUp?.(request, { handle: made.started.handle, intents: made.intents }, cloud.context());
    expect(cloud.emulator.state.deployments()).toEqual([]);
    expect(cloud.emulator.state.configs().some((config) => config.id === id)).toBe(true);
  });
});
