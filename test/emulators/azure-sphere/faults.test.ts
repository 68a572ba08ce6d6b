import { describe, expect, it } from "vitest";
import { deployPath, Harness, ids, type OperationWire, type ProblemWire, SCOPE, START_MS } from "./harness.ts";

const onCreate = { method: "POST", path: deployPath } as const;

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.fail("Expected a rejection"),
    (error: unknown) => error,
  );
}

function expectDropped(error: unknown): void {
  expect(error).toBeInstanceOf(TypeError);
  expect(error).toMatchObject({ message: "fetch failed", cause: { message: "socket hang up", code: "ECONNRESET" } });
}

describe("statuses that strike before the API", () => {
  it("answers 429 without Retry-After, in seconds and as a date", async () => {
    const harness = new Harness();
    await harness.token();
    const limited = { ...onCreate, kind: "status", status: 429, times: 1 } as const;
    harness.emulator.addFault(limited);
    harness.emulator.addFault({ ...limited, retryAfterSeconds: 7 });
    harness.emulator.addFault({ ...limited, retryAfterSeconds: 90, retryAfterForm: "http-date" });
    const replies = [await harness.create(), await harness.create(), await harness.create(), await harness.create()];
    expect(replies.map(({ status }) => status)).toEqual([429, 429, 429, 202]);
    const date = new Date(START_MS + 90_000).toUTCString();
    expect(replies.map(({ headers }) => headers.get("retry-after"))).toEqual([null, "7", date, null]);
    expect(harness.emulator.state.acceptedCreates()).toBe(1);
  });

  it.each([400, 401, 403, 404, 408, 409, 413, 500, 502, 503, 504])(
    "answers %i once and is fine then",
    async (status) => {
      const harness = new Harness();
      harness.emulator.addFault({ ...onCreate, kind: "status", status, times: 1 });
      const reply = await harness.create();
      expect(reply.status).toBe(status);
      const [problem]: ProblemWire[] = JSON.parse(reply.text);
      expect(problem?.Status).toBe(status);
      expect(harness.emulator.state.acceptedCreates()).toBe(0);
      expect((await harness.create()).status).toBe(202);
    },
  );

  it("sends HTML, text, nothing or a bare object in place of the array of problems", async () => {
    const harness = new Harness();
    for (const body of ["html", "text", "empty", "object"] as const) {
      harness.emulator.addFault({ ...onCreate, kind: "status", status: 502, body, times: 1 });
    }
    const [html, text, empty, object] = [
      await harness.create(),
      await harness.create(),
      await harness.create(),
      await harness.create(),
    ];
    expect(html.headers.get("content-type")).toBe("text/html");
    expect(html.text).toMatch(/^<html>.*502 Bad Gateway.*<\/html>$/);
    expect(text.headers.get("content-type")).toBe("text/plain");
    expect(empty.headers.get("content-type")).toBeNull();
    expect(empty.text).toBe("");
    expect(object.body).toMatchObject({ Status: 502 });
  });

  it("answers an error although the create took effect", async () => {
    const harness = new Harness();
    harness.emulator.addFault({ ...onCreate, kind: "status", status: 504, takesEffect: true, times: 1 });
    expect((await harness.create()).status).toBe(504);
    expect(harness.emulator.state.acceptedCreates()).toBe(1);
    harness.tick(5_000);
    expect((await harness.history()).body.Items).toHaveLength(1);
  });

  it("answers 204 without a body", async () => {
    const harness = new Harness();
    harness.emulator.addFault({ kind: "status", status: 204, path: "/v2/*" });
    expect(await harness.group()).toMatchObject({ status: 204, text: "" });
  });
});

describe("broken connections", () => {
  it("drops the connection before anything happens", async () => {
    const harness = new Harness();
    harness.emulator.addFault({ ...onCreate, kind: "drop", times: 1 });
    expectDropped(await failureOf(harness.create()));
    harness.tick(60_000);
    expect(harness.emulator.state.acceptedCreates()).toBe(0);
    expect(harness.emulator.state.deployments(ids.group)).toEqual([]);
  });

  it("loses the reply of a create that was accepted", async () => {
    const harness = new Harness();
    harness.emulator.addFault({ ...onCreate, kind: "drop", takesEffect: true, times: 1 });
    expectDropped(await failureOf(harness.create()));
    expect(harness.emulator.state.acceptedCreates(ids.group)).toBe(1);
    expect((await harness.history()).body.Items).toEqual([]);
    harness.tick(5_000);
    expect((await harness.history()).body.Items).toHaveLength(1);
  });

  it("does not carry out for a lost reply what it would refuse", async () => {
    const harness = new Harness();
    harness.emulator.addFault({ ...onCreate, kind: "drop", takesEffect: true });
    expectDropped(await failureOf(harness.create([ids.app], ids.group, { token: "wrong" })));
    expectDropped(await failureOf(harness.create([])));
    expect(harness.emulator.state.acceptedCreates()).toBe(0);
  });

  it("never answers until the caller gives up, whether or not the create took effect", async () => {
    const harness = new Harness();
    for (const takesEffect of [false, true]) {
      harness.emulator.addFault({ ...onCreate, kind: "silence", takesEffect, times: 1 });
      const controller = new AbortController();
      const pending = harness.create([ids.app], ids.group, { signal: controller.signal });
      const first = await Promise.race([failureOf(pending), Promise.resolve("still silent")]);
      expect(first).toBe("still silent");
      await untilLogged(harness, "silence");
      controller.abort(new Error("gave up"));
      expect(await failureOf(pending)).toMatchObject({ message: "gave up" });
      expect(harness.emulator.state.acceptedCreates()).toBe(takesEffect ? 1 : 0);
    }
  });

  it("does nothing for a request that was aborted before it was sent", async () => {
    const harness = new Harness();
    await harness.group();
    const signal = AbortSignal.abort(new Error("too late"));
    expect(await failureOf(harness.create([ids.app], ids.group, { signal }))).toMatchObject({ message: "too late" });
    expect(harness.emulator.state.acceptedCreates()).toBe(0);
  });

  it("breaks off in the middle of the body", async () => {
    const harness = new Harness();
    harness.emulator.addFault({ ...onCreate, kind: "cut-connection" });
    const response = await harness.send(deployPath, { method: "POST", body: [ids.app] });
    expect(response.status).toBe(202);
    const reader = response.body?.getReader();
    const { value } = (await reader?.read()) ?? {};
    expect(new TextDecoder().decode(value)).toMatch(/^\{"OperationId":"/);
    expectDropped(await failureOf(reader?.read() ?? Promise.resolve()));
    expect(harness.emulator.state.acceptedCreates()).toBe(1);
  });

  it("cuts JSON off in the middle of a well-formed message", async () => {
    const harness = new Harness();
    harness.emulator.addFault({ ...onCreate, kind: "cut-json", times: 1 });
    const { status, text, headers } = await harness.create();
    expect(status).toBe(202);
    expect(headers.get("content-length")).toBe(String(text.length));
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
    expect(harness.emulator.state.acceptedCreates()).toBe(1);
  });
});

describe("late landing", () => {
  it("loses the reply at once and lets the create take effect later", async () => {
    const harness = new Harness();
    harness.emulator.addFault({ ...onCreate, kind: "late-landing", landsAfterMs: 30_000, times: 1 });
    expectDropped(await failureOf(harness.create()));
    expect(harness.emulator.state.nextChangeMs()).toBe(START_MS + 30_000);
    harness.tick(29_999);
    expect(harness.emulator.state.acceptedCreates()).toBe(0);
    harness.tick(1);
    expect(harness.emulator.state.acceptedCreates()).toBe(1);
    harness.tick(4_999);
    expect((await harness.history()).body.Items).toEqual([]);
    harness.tick(1);
    expect((await harness.history()).body.Items[0]?.DeploymentDateUtc).toBe("2026-11-21T04:00:35.0000000Z");
  });

  it("lands and completes at its own times when the clock leaps over both", async () => {
    const harness = new Harness();
    harness.emulator.addFault({ ...onCreate, kind: "late-landing", landsAfterMs: 30_000, times: 1 });
    await failureOf(harness.create([ids.app]));
    harness.tick(1_000);
    await harness.create([ids.board]);
    harness.tick(3_600_000);
    const { Items } = (await harness.history()).body;
    expect(Items.map(({ DeployedImages }) => DeployedImages)).toEqual([[ids.board], [ids.app]]);
    expect(harness.emulator.state.operations().map(({ createdAtMs }) => createdAtMs - START_MS)).toEqual([
      1_000, 30_000,
    ]);
  });

  it("can answer an error in place of a broken connection, and never lands what was refused", async () => {
    const harness = new Harness();
    const fault = { ...onCreate, kind: "late-landing", landsAfterMs: 1_000, status: 504, times: 1 } as const;
    harness.emulator.addFault(fault);
    expect((await harness.create()).status).toBe(504);
    harness.emulator.addFault(fault);
    expect((await harness.create([ids.app], ids.group, { token: "wrong" })).status).toBe(504);
    harness.tick(60_000);
    expect(harness.emulator.state.acceptedCreates()).toBe(1);
  });

  it("lands although the token has expired in between", async () => {
    const harness = new Harness();
    harness.emulator.configure({ tokenLifetimeSeconds: 10 });
    harness.emulator.addFault({ ...onCreate, kind: "late-landing", landsAfterMs: 30_000 });
    await failureOf(harness.create());
    harness.tick(30_000);
    expect(harness.emulator.state.acceptedCreates()).toBe(1);
  });
});

describe("slow answers and foreign pointers", () => {
  it("takes effect at once and answers after the injected delay", async () => {
    const waits: number[] = [];
    const { promise: over, resolve: end } = Promise.withResolvers<void>();
    const delay = (ms: number): Promise<void> => {
      waits.push(ms);
      return over;
    };
    const harness = new Harness({ delay });
    harness.emulator.addFault({ ...onCreate, kind: "slow", delayMs: 8_000 });
    const pending = harness.create();
    await untilLogged(harness, "slow");
    expect(waits).toEqual([8_000]);
    expect(harness.emulator.state.acceptedCreates()).toBe(1);
    end();
    expect((await pending).status).toBe(202);
  });

  it("hands the caller's signal to the delay", async () => {
    const delay = (_ms: number, signal: AbortSignal): Promise<void> =>
      new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    const harness = new Harness({ delay });
    harness.emulator.addFault({ ...onCreate, kind: "slow", delayMs: 8_000 });
    const controller = new AbortController();
    const pending = harness.create([ids.app], ids.group, { signal: controller.signal });
    await untilLogged(harness, "slow");
    controller.abort(new Error("gave up"));
    expect(await failureOf(pending)).toMatchObject({ message: "gave up" });
  });

  it("refuses a slow fault without a delay", () => {
    expect(() => new Harness().emulator.addFault({ kind: "slow", delayMs: 1 })).toThrow(
      "Expected the option delay for a slow fault, got none",
    );
  });

  it("points to another host", async () => {
    const harness = new Harness();
    harness.emulator.addFault({ path: "*/operations/*", kind: "foreign-pointers", origin: "https://evil.example" });
    const operation = await harness.run();
    const path = `https://evil.example/v2/tenants/${ids.tenant}`;
    expect(operation.DetailsLocation).toMatch(`${path}/operationTypes/deploytodevicegroup/operations/`);
    expect(operation.ResourceLocation).toMatch(`${path}/deployments/`);
    harness.emulator.configure({ pointers: "absolute" });
    const again: OperationWire = (await harness.operation(operation.OperationId)).body;
    expect(again).toEqual(operation);
  });
});

describe("choosing requests", () => {
  it("matches by method and by path without case, and lets the first ones pass", async () => {
    const harness = new Harness();
    const fault = harness.emulator.addFault({
      method: "get",
      path: "/V2/*/DEVICEGROUPS/*",
      kind: "status",
      status: 500,
      skip: 1,
    });
    expect((await harness.create()).status).toBe(202);
    expect((await harness.group()).status).toBe(200);
    expect((await harness.group()).status).toBe(500);
    expect((await harness.tenant("/images")).status).toBe(200);
    expect(fault.hits()).toBe(1);
    fault.remove();
    expect((await harness.group()).status).toBe(200);
  });

  it("does not read the dots of a path as a pattern, nor match a part of it", async () => {
    const harness = new Harness();
    harness.emulator.addFault({ path: "/v2.tenants", kind: "status", status: 500 });
    harness.emulator.addFault({ path: "/v2", kind: "status", status: 500 });
    harness.emulator.addFault({ path: "/tenants", kind: "status", status: 500 });
    expect((await harness.ask("/v2/tenants")).status).toBe(200);
  });

  it("matches by predicate and strikes the token endpoint too", async () => {
    const harness = new Harness();
    harness.emulator.addFault({ where: ({ path }) => path.endsWith("/token"), kind: "status", status: 503, times: 1 });
    expect((await harness.askToken({ client_id: ids.client, client_secret: "x", scope: SCOPE })).status).toBe(503);
    expect((await harness.group()).status).toBe(200);
    harness.emulator.addFault({ kind: "status", status: 500 });
    harness.emulator.clearFaults();
    expect((await harness.group()).status).toBe(200);
  });

  it("strikes with a probability that the seed decides", async () => {
    const strikes = async (seed: number): Promise<string> => {
      const harness = new Harness({ seed });
      await harness.group();
      harness.emulator.addFault({ kind: "status", status: 500, probability: 0.3 });
      const statuses: number[] = [];
      for (let i = 0; i < 200; i++) statuses.push((await harness.group()).status);
      return statuses.map((status) => (status === 500 ? "x" : ".")).join("");
    };
    const first = await strikes(7);
    expect(await strikes(7)).toBe(first);
    expect(await strikes(8)).not.toBe(first);
    const share = first.replaceAll(".", "").length / 200;
    expect(share).toBeGreaterThan(0.2);
    expect(share).toBeLessThan(0.4);
  });
});

/** The emulator reads a body before a fault strikes: wait for the log to show it, without a timer. */
async function untilLogged(harness: Harness, kind: string): Promise<void> {
  for (let turn = 0; turn < 1_000; turn++) {
    if (harness.emulator.requests().at(-1)?.fault === kind) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect.fail(`Expected a request struck by ${kind}`);
}
