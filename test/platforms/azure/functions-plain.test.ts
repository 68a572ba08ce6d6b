import { inspect } from "node:util";
import { HttpRequest, type HttpResponseInit, InvocationContext, type Timer } from "@azure/functions";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { FunctionApp } from "../../../functions/azure/app.ts";
import { createAzureHost } from "../../../functions/azure/host.ts";
import { registerHttp } from "../../../functions/azure/http-function.ts";
import { answerOf, requestOf } from "../../../lib/platforms/azure/functions/http.ts";
import { asInvocation, currentInvocation } from "../../../lib/platforms/azure/functions/invocations.ts";
import type { FunctionParts } from "../../../lib/platforms/azure/functions/parts.ts";
import {
  httpFunction,
  httpFunctionMs,
  timerFunction,
  timerFunctionMs,
} from "../../../lib/platforms/azure/functions/plain-functions.ts";
import { azureVoice, figuresEveryMs } from "../../../lib/platforms/azure/functions/voice.ts";
import { abortMarginMs, answerMarginMs } from "../../../lib/platforms/time-guard.ts";
import { VirtualClock } from "../../simulation/virtual-clock.ts";
import { turns } from "../local/manual-time.ts";
import { shownBy, thrownBy } from "./patience.ts";

describe("what functions say", () => {
  const invocation = (id: string) => {
    const said: string[] = [];
    const context = new InvocationContext({
      functionName: `function-${id}`,
      invocationId: id,
      logHandler: (level: string, ...args: unknown[]) => void said.push(`${level} ${args.join(" ")}`),
    });
    return { said, context };
  };

  test("stands in the log of the invocation that says it, also when two speak at once", async () => {
    const voice = azureVoice({ DROVER_LOG_LEVEL: "debug" }, { monotonicMs: () => 0 });
    const both = ["a", "b"].map(invocation);
    const speak = async (round: number) => {
      await turns(round);
      voice.log.warn("spoken", { round });
      await turns(3 - round);
      voice.log.debug("and again");
    };
    await Promise.all(both.map(({ context }, index) => asInvocation(context, () => speak(index + 1))));
    expect(currentInvocation()).toBeUndefined();
    for (const [index, { said, context }] of both.entries()) {
      expect(said).toHaveLength(2);
      expect(said[0]).toMatch(/^warning \{/);
      expect(JSON.parse(said[0]?.slice("warning ".length) ?? "")).toMatchObject({
        ...{ level: "warn", message: "spoken", round: index + 1 },
        ...{ function: context.functionName, invocation: context.invocationId },
      });
      expect(said[1]).toMatch(/^debug /);
    }
  });

  test("outside of every invocation stands on the console", () => {
    const warned = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    azureVoice({}, { monotonicMs: () => 0 }).log.warn("alone");
    expect(JSON.parse(String(warned.mock.calls[0]?.[0]))).not.toHaveProperty("invocation");
    warned.mockRestore();
  });

  test("begins at the level that is set, and at info when that is none", () => {
    const linesAt = (level: string | undefined) => {
      const lines: string[] = [];
      const { log } = azureVoice(
        { DROVER_LOG_LEVEL: level },
        { monotonicMs: () => 0, write: (at) => void lines.push(at) },
      );
      for (const at of ["debug", "info", "warn", "error"] as const) log[at]("x");
      return lines;
    };
    expect(linesAt("error")).toEqual(["error"]);
    expect(linesAt(undefined)).toEqual(["info", "warn", "error"]);
    expect(linesAt("loud")).toEqual(["info", "warn", "error"]);
  });

  test("of figures is one line in a while, with all that was counted since the last", () => {
    let nowMs = 1_000;
    const lines: string[] = [];
    const voice = azureVoice({}, { monotonicMs: () => nowMs, write: (_, line) => void lines.push(line) });
    const counter = { name: "things", unit: "1", description: "", kind: "counter", attributes: [] } as never;
    const sums = () => lines.map((line) => JSON.parse(line).metrics[0].sum);
    for (const at of [1_000, 2_000, 1_000 + figuresEveryMs - 1, 1_000 + figuresEveryMs, 90_000]) {
      nowMs = at;
      voice.metrics.count(counter, 1);
      voice.tellFigures();
    }
    expect(sums()).toEqual([1, 3, 1]);
    voice.metrics.count(counter, 1);
    voice.metrics.flush();
    expect(sums()).toEqual([1, 3, 1, 1]);
    voice.metrics.flush();
    expect(lines).toHaveLength(4);
  });
});

const asked = () => new HttpRequest({ method: "GET", url: "https://drover/" });

function plainWorld() {
  const clock = new VirtualClock(0);
  const lines: string[] = [];
  const monotonicMs = () => clock.monotonicMs();
  const voice = azureVoice({}, { monotonicMs, write: (_, line) => void lines.push(line) });
  const parts: FunctionParts = {
    ...{ voice, monotonicMs, after: (ms, callback) => clock.after(ms, callback) },
    platform: () => Promise.reject(new Error("Expected no platform to be asked for")),
  };
  const context = new InvocationContext({ functionName: "plain", invocationId: "i" });
  return { clock, parts, context, logs: () => lines.map((line) => JSON.parse(line)) };
}

describe("a function without a queue", () => {
  test("that a timer calls says what it has done, and fails with the reason in its log", async () => {
    const { clock, parts, context, logs } = plainWorld();
    await timerFunction(parts, async () => ({ swept: 3 }))({} as Timer, context);
    const broken = timerFunction(parts, async () => Promise.reject(new Error("no table")));
    await expect(Promise.resolve(broken({} as Timer, context))).rejects.toThrow("no table");
    expect(logs()).toMatchObject([
      { level: "info", message: "ran", swept: 3, function: "plain", invocation: "i" },
      { level: "error", message: "the invocation failed", error: "no table" },
    ]);
    expect(clock.nextTimerIn()).toBeUndefined();
    // One of the next minute does not meet it.
    expect(timerFunctionMs).toBeLessThan(60_000);
  });

  test("that is asked over HTTP is told before whoever asks has gone", async () => {
    const { clock, parts, context } = plainWorld();
    const { promise, resolve } = Promise.withResolvers<void>();
    const handler = httpFunction(parts, async (_, signal) => {
      signal.addEventListener("abort", () => resolve());
      await promise;
      return { status: 503 };
    });
    const answered = Promise.resolve(handler(asked(), context));
    await turns(2);
    clock.advance(httpFunctionMs - abortMarginMs - 1);
    await turns(2);
    expect(clock.nextTimerIn()).toBe(1);
    clock.advance(1);
    expect(await answered).toEqual({ status: 503 });
    expect(clock.nextTimerIn()).toBeUndefined();
  });
});

describe("a function without a queue that fails or is late", () => {
  // Put together here, so that nobody takes one of this file for a real one.
  const secret = `Zx9${"Qw7".repeat(12)}`;
  test.each([
    ["a bearer token", `Expected an answer of the provider, got "Authorization: Bearer ${secret}"`],
    ["a signature of a link", `Expected the file at https://account.example/a?sv=1&sig=${secret}&se=2`],
    ["a key of an account", `Expected a login, got DefaultEndpointsProtocol=https;AccountKey=${secret};x=1`],
    ["a member of JSON", `Expected a login, got {"client_secret":"${secret}"}`],
  ])("throws nothing of %s that stands in what it was told", async (_, message) => {
    const { parts, context, logs } = plainWorld();
    const work = async () => Promise.reject(Object.assign(new Error(message), { cause: new Error(message) }));
    const called = [
      () => timerFunction(parts, work)({} as Timer, context),
      () => httpFunction(parts, work)(asked(), context),
    ];
    for (const call of called) {
      const error = await thrownBy(async () => call());
      expect([error.name, error.cause]).toEqual(["InvocationFailedError", undefined]);
      expect(error.message).toMatch(/^Expected .*\[redacted\]/);
      // As the host writes it down.
      expect(inspect(error) + shownBy(error)).not.toContain(secret);
    }
    expect(logs()).toHaveLength(2);
    expect(JSON.stringify(logs())).not.toContain(secret);
  });

  test.each([
    ["a timer", timerFunctionMs, "returns"],
    ["a timer", timerFunctionMs, "throws"],
    ["HTTP", httpFunctionMs, "returns"],
    ["HTTP", httpFunctionMs, "throws"],
  ])(
    "ends before its host would end it and says so, and nothing comes of its late end (%s, %i, %s)",
    async (...late) => {
      const [what, limitMs, end] = late;
      const { clock, parts, context, logs } = plainWorld();
      const unhandled = vi.fn();
      process.on("unhandledRejection", unhandled);
      onTestFinished(() => void process.off("unhandledRejection", unhandled));
      const { promise, resolve, reject } = Promise.withResolvers<Record<string, number>>();
      const thrown = thrownBy(async () =>
        what === "a timer"
          ? timerFunction(parts, () => promise)({} as Timer, context)
          : httpFunction(parts, () => promise)(asked(), context),
      );
      await turns(3);
      clock.advance(limitMs - answerMarginMs - 1);
      await turns(3);
      expect(logs()).toEqual([]);
      clock.advance(1);
      expect(await thrown).toMatchObject({
        name: "InvocationFailedError",
        message: expect.stringMatching(/in its time/),
      });
      expect(logs()).toMatchObject([{ level: "error", message: "the invocation failed" }]);
      expect(clock.nextTimerIn()).toBeUndefined();
      if (end === "returns") resolve({ swept: 1 });
      else reject(new Error("too late"));
      await turns(9);
      expect(unhandled).not.toHaveBeenCalled();
      // What a timer's function has done in the end is told; what it could not do was told.
      const ran = what === "a timer" && end === "returns" ? [{ message: "ran", swept: 1 }] : [];
      expect(logs().slice(1)).toMatchObject(ran);
    },
  );
});

describe("a request over HTTP", () => {
  const signal = new AbortController().signal;
  const every = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

  test("comes with every byte of its body, every header, and its whole address", async () => {
    const asked = new HttpRequest({
      ...{ method: "POST", url: "https://drover/a%2Fb?x=1&x=2", body: { bytes: every } },
      headers: { "x-one": "1", "content-type": "application/octet-stream" },
    });
    const request = requestOf(asked, signal);
    expect([request.method, request.url]).toEqual(["POST", "https://drover/a%2Fb?x=1&x=2"]);
    expect(request.headers.get("x-one")).toBe("1");
    expect(Buffer.from(await request.arrayBuffer()).equals(every)).toBe(true);
  });

  test.each(["GET", "HEAD", "DELETE"])("without a body is one without (%s)", async (method) => {
    const request = requestOf(new HttpRequest({ method, url: "https://drover/" }), signal);
    expect((await request.arrayBuffer()).byteLength).toBe(0);
  });

  test("is answered with every byte, and with no body where there is none", async () => {
    const answer = await answerOf(new Response(every, { status: 201, headers: { "x-two": "2" } }));
    expect([answer.status, answer.headers]).toEqual([201, { "x-two": "2" }]);
    expect(Buffer.from(answer.body as Uint8Array).equals(every)).toBe(true);
    expect(await answerOf(new Response(null, { status: 204 }))).toEqual({ status: 204, headers: {} });
  });

  test("that cannot be one is answered with 400, and nobody has to be woken", async () => {
    const lines: string[] = [];
    const variables = {
      ...{ DROVER_STORAGE_ACCOUNT: "account", DROVER_TOPIC_ENDPOINT: "https://topic.example/api/events" },
      ...{
        DROVER_VAULT_URL: "https://vault.example/",
        DROVER_CONFIGURATION: '{"version":1,"platform":{"kind":"azure"},"connections":{}}',
      },
    };
    const host = createAzureHost({ variables, write: (_, line) => void lines.push(line) });
    let handler: Parameters<FunctionApp["http"]>[1]["handler"] | undefined;
    const app = { http: (_name: string, options: { readonly handler: typeof handler }) => (handler = options.handler) };
    registerHttp(
      { app: app as unknown as FunctionApp, host, queues: [], queueName: (name) => name },
      "receive-webhook",
    );
    const ask = async (method: string, headers: [string, string][]) => {
      const asked = { method, url: "https://drover/healthz", headers, body: null } as unknown as HttpRequest;
      const context = new InvocationContext({ functionName: "receive-webhook", invocationId: "i" });
      return (await handler?.(asked, context)) as HttpResponseInit;
    };
    expect(await ask("TRACE", [])).toMatchObject({ status: 400 });
    expect(await ask("GET", [["x-strange", "\u2713"]])).toMatchObject({ status: 400 });
    expect(await ask("GET", [])).toMatchObject({ status: 200 });
    expect(lines.filter((line) => line.includes('"error"'))).toEqual([]);
  });
});
