import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { app, HttpRequest, InvocationContext, output } from "@azure/functions";
import { build } from "esbuild";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import {
  type FunctionsApp,
  loadApp,
  loadScript,
  registrationsOf,
  removeCopies,
} from "../../../emulators/functions-host/index.ts";
import { failing, hostJsonOf, onQueue, opened } from "./host-world.ts";

describe("an app", () => {
  afterAll(removeCopies);

  function written(name: string, text: string): string {
    const folder = mkdtempSync(join(tmpdir(), "functions-host-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  }

  test("lists its functions, in order of their names", async () => {
    const own = await loadApp(() => {
      app.timer("tick", { schedule: "0 * * * * *", handler: () => undefined });
      onQueue("inbox", () => undefined);
      app.http("Hook", { route: "hooks/{*rest}", methods: ["POST"], authLevel: "function", handler: () => ({}) });
      app.storageBlob("blob", { path: "a/{b}", connection: "", handler: () => undefined });
      app.get("plain", () => ({}));
    });
    expect(registrationsOf(own)).toEqual([
      { name: "blob", kind: "other", trigger: "blobTrigger" },
      { name: "Hook", kind: "http", route: "hooks/{*rest}", methods: ["POST"], authLevel: "function" },
      { name: "inbox", kind: "queue", queue: "inbox", connection: "AzureWebJobsStorage" },
      { name: "plain", kind: "http", route: "plain", methods: ["GET"], authLevel: "anonymous" },
      { name: "tick", kind: "timer", schedule: "0 * * * * *", runOnStartup: false, useMonitor: true },
    ]);
    await expect(opened(own)).rejects.toThrow("blobTrigger");
  });

  test("with nothing in it, or that throws, is told of as 0 functions", async () => {
    await expect(loadApp(() => undefined)).rejects.toThrow("0 functions: it registered none");
    await expect(loadApp(failing)).rejects.toThrow("0 functions: it threw while it was loaded: not today");
    await expect(loadScript(written("index.cjs", "module.exports = 1;"))).rejects.toThrow("0 functions");
    await expect(loadScript("/tmp/there/is/none.cjs")).rejects.toThrow("0 functions");
    const twice = () => {
      onQueue("inbox", () => undefined);
      onQueue("inbox", () => undefined);
    };
    await expect(loadApp(twice)).rejects.toThrow("already been registered");
    expect(() => onQueue("late", () => undefined)).toThrow("during app startup");
    await expect(loadApp(() => app.setup({ enableHttpStream: true }))).rejects.toThrow("enableHttpStream");
    app.setup({ enableHttpStream: false });
  });

  test("as a bundle is loaded anew each time, beside others and the source", async () => {
    const source = `
      import { app } from "@azure/functions";
      let calls = 0;
      app.get("bundled", async () => {
        const { next } = await import("./part.cjs");
        calls += 1;
        return { jsonBody: [calls, next()] };
      });`;
    const { outputFiles } = await build({
      stdin: { contents: source, resolveDir: import.meta.dirname, loader: "ts" },
      ...{ bundle: true, platform: "node", format: "cjs", target: "node24", write: false },
      external: ["@azure/functions-core", "./part.cjs"],
    });
    const path = written("bundle.cjs", outputFiles[0]?.text ?? "");
    writeFileSync(join(path, "../part.cjs"), "let calls = 0; exports.next = () => ++calls;");
    const own = (request: unknown, context: unknown) =>
      request instanceof HttpRequest && context instanceof InvocationContext;
    const sourced = () =>
      app.get("sourced", (request, context) => ({ status: own(request, context) ? 200 : 400, body: "" }));
    const apps = [await loadScript(path), await loadApp(sourced), await loadScript(path)];
    const names = apps.map((each) => registrationsOf(each).map(({ name }) => name));
    expect(names).toEqual([["bundled"], ["sourced"], ["bundled"]]);
    const asked = async (loaded: FunctionsApp | undefined, path: string) =>
      (await opened(loaded as FunctionsApp)).host.http(new Request(`http://app/api/${path}`));
    const calls = async (loaded: FunctionsApp | undefined) => (await asked(loaded, "bundled")).json();
    // Each gets what its own copy of the library makes.
    expect((await asked(apps[1], "sourced")).status).toBe(200);
    expect([await calls(apps[0]), await calls(apps[0]), await calls(apps[2])]).toEqual([
      [1, 1],
      [2, 2],
      [1, 1],
    ]);
  });

  test("has its hooks called", async () => {
    const calls: string[] = [];
    const { host, send, outcomes } = await opened(() => {
      app.hook.appStart(() => void calls.push("start"));
      app.hook.preInvocation((context) => {
        calls.push(`before ${context.inputs}`);
        context.inputs = ["other"];
      });
      app.hook.postInvocation((context) => {
        calls.push(`after ${context.error}`);
        context.error = null;
      });
      onQueue("inbox", (body) => {
        calls.push(`body ${body}`);
        failing();
      });
    });
    await send("inbox", "x");
    await host.step();
    expect(calls).toEqual(["start", "before x", "body other", "after Error: not today"]);
    expect(outcomes()).toEqual(["succeeded deleted"]);
    await expect(loadApp(() => app.hook.log(() => undefined))).rejects.toThrow("not emulated");
  });

  test("with what this host does not do is refused", async () => {
    const queue = { queueName: "a", connection: "", handler: () => undefined };
    const out = output.storageQueue({ queueName: "b", connection: "" });
    const refusals: [options: object, why: RegExp][] = [
      [{ return: out }, /bindings/],
      [{ extraOutputs: [out] }, /bindings/],
      [{ retry: { strategy: "fixedDelay", maxRetryCount: 1, delayInterval: 1 } }, /retry/],
    ];
    for (const [more, why] of refusals)
      await expect(opened(() => app.storageQueue("a", { ...queue, ...more }))).rejects.toThrow(why);
    await expect(opened(() => app.storageQueue("a b", queue))).rejects.toThrow("a b");
  });

  test("is refused with a host.json that no host would take, or would pass over", async () => {
    const with_ = (hostJson: object) => opened(() => onQueue("a", () => undefined), { hostJson });
    for (const queues of [
      { batchSize: 33 },
      { newBatchThreshold: -1 },
      { maxDequeueCount: 0 },
      { visibilityTimeout: "30" },
      { maxPollingInterval: "00:00:00.05" },
      { messageEncoding: "utf8" },
    ])
      await expect(with_(hostJsonOf(queues))).rejects.toThrow(Object.keys(queues)[0] ?? "");
    await expect(with_({ queues: {} })).rejects.toThrow("below extensions");
  });
});
