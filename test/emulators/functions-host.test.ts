import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { app, HttpRequest, InvocationContext, output, type StorageQueueHandler, type Timer } from "@azure/functions";
import { build } from "esbuild";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import {
  createFunctionsHost,
  type FunctionsApp,
  type FunctionsHostOptions,
  loadApp,
  loadScript,
  registrationsOf,
  removeCopies,
} from "../../emulators/functions-host/index.ts";
import { createStorageQueuesEmulator } from "../../emulators/storage-queues/index.ts";

const token = "of-the-test";
const account = { name: "devstoreaccount1", key: Buffer.alloc(64, 1).toString("base64"), tokens: new Set([token]) };
const startMs = Date.UTC(2026, 10, 21);
const minuteMs = 60_000;
const weekMs = 7 * 86_400_000;
const settings = { AzureWebJobsStorage: "UseDevelopmentStorage=true" };

function hostJsonOf(queues: object = {}, more: object = {}) {
  const standard = { messageEncoding: "none", visibilityTimeout: "00:00:30", maxPollingInterval: "00:00:10" };
  return { version: "2.0", extensions: { queues: { ...standard, ...queues } }, ...more };
}

/** What the host meets in place of the emulator, or before it. */
type Service = (request: string, emulated: () => Promise<Response>) => Response | Promise<Response>;
const refusing =
  (method: string, status: number): Service =>
  (request, emulated) =>
    request.startsWith(method) ? new Response("", { status }) : emulated();

const loading = (register: (() => unknown) | FunctionsApp) =>
  typeof register === "function" ? loadApp(register) : Promise.resolve(register);

/** A host on a clock of its own, with the queues' emulator behind it. */
async function opened(register: (() => unknown) | FunctionsApp, options: Partial<FunctionsHostOptions> = {}) {
  let nowMs = startMs;
  const now = () => nowMs;
  const queues = createStorageQueuesEmulator({ now, account });
  const requests: string[] = [];
  let service: Service = (_, emulated) => emulated();
  const storage = {
    account,
    fetch: async (request: Request) => {
      const { pathname, search } = new URL(request.url);
      const told = `${request.method} ${pathname.replace(`/${account.name}/`, "")}${search}`;
      requests.push(told);
      return service(told, () => queues.fetch(request));
    },
  };
  const ask = (method: string, path: string, body?: string) =>
    queues.fetch(
      new Request(`http://127.0.0.1:10001/${account.name}/${path}`, {
        ...{ method, headers: { authorization: `Bearer ${token}` } },
        ...(body === undefined ? {} : { body: Buffer.from(body) }),
      }),
    );
  const nextVisibleAt = (queue: string) =>
    Math.min(Number.POSITIVE_INFINITY, ...queues.messages(queue).map(({ visibleAtMs }) => visibleAtMs));
  const host = createFunctionsHost({
    ...{ app: await loading(register), hostJson: hostJsonOf(), settings, storage, now, nextVisibleAt },
    ...options,
  });
  return {
    ...{ host, queues, requests, ask, now },
    seconds: () => (nowMs - startMs) / 1_000,
    pass: (ms: number) => {
      nowMs += ms;
    },
    /** What the service answers in place of the emulator. */
    answering: (instead: Service) => {
      service = instead;
    },
    answeringAgain: () => {
      service = (_, emulated) => emulated();
    },
    async send(queue: string, ...texts: string[]) {
      await ask("PUT", queue);
      for (const text of texts) {
        const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
        const { status } = await ask(
          "POST",
          `${queue}/messages?messagettl=-1`,
          `<QueueMessage><MessageText>${escaped}</MessageText></QueueMessage>`,
        );
        expect(status).toBe(201);
      }
    },
    texts: (queue: string) => queues.messages(queue).map(({ text }) => text),
    /** Does all that is due up to then, each at its own time. */
    async until(ms: number) {
      for (let next = host.nextAt(); next <= startMs + ms; next = host.nextAt()) {
        nowMs = Math.max(nowMs, next);
        await host.step();
      }
      nowMs = startMs + ms;
    },
    outcomes: () => host.invocations.map(({ outcome, settlement }) => `${outcome} ${settlement}`),
  };
}

const onQueue = (queueName: string, handler: StorageQueueHandler, name = queueName) =>
  app.storageQueue(name, { queueName, connection: "", handler });
const failing = () => {
  throw new Error("not today");
};
/** Until everything that does not wait for a clock has happened. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

describe("queue functions", () => {
  test("get what the library makes of a message, and its removal when they end well", async () => {
    const seen: { body: unknown; context: InvocationContext }[] = [];
    const { host, queues, send } = await opened(() =>
      onQueue("inbox", (body, context) => {
        seen.push({ body, context });
        context.log("seen", { n: 1 });
        context.error("and more");
      }),
    );
    await send("inbox", '{"operationId":"a","n":[1]}', "plain <text> & more");
    const [message] = queues.messages("inbox");
    expect(await host.step()).toBe(2);
    expect(queues.messages("inbox")).toEqual([]);
    expect(seen.map(({ body }) => body)).toEqual([{ operationId: "a", n: [1] }, "plain <text> & more"]);
    const context = seen[0]?.context;
    expect(context).toBeInstanceOf(InvocationContext);
    expect(context).toMatchObject({ functionName: "inbox", invocationId: host.invocations[0]?.id });
    expect(context?.triggerMetadata).toMatchObject({
      ...{ id: message?.id, dequeueCount: 1, popReceipt: message?.popReceipt, operationId: "a" },
      insertionTime: "2026-11-21T00:00:00+00:00",
      nextVisibleTime: "2026-11-21T00:10:00+00:00",
      expirationTime: "9999-12-31T23:59:59+00:00",
      queueTrigger: { operationId: "a", n: [1] },
    });
    expect(context?.triggerMetadata).not.toHaveProperty("n");
    expect(context?.traceContext?.traceParent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    expect(host.invocations[0]).toMatchObject({
      ...{ function: "inbox", trigger: "queue", messageId: message?.id, dequeueCount: 1 },
      ...{ outcome: "succeeded", settlement: "deleted", startedAtMs: startMs },
    });
    const lines = host.logs.filter(({ invocationId }) => invocationId === context?.invocationId);
    expect(lines.map(({ level, category, message: text }) => [level, category, text])).toEqual([
      ["information", "user", "seen { n: 1 }"],
      ["error", "user", "and more"],
    ]);
  });

  test("find fields of the body where the message's own were", async () => {
    const seen: unknown[] = [];
    const { host, send } = await opened(() =>
      onQueue("inbox", (_, { triggerMetadata }) => void seen.push(triggerMetadata)),
    );
    await send(
      "inbox",
      '{"id":"of the body","dequeueCount":7,"popreceipt":"mine","on":true,"nothing":null,"of":{"Its":1}}',
      "[1]",
      "{no}",
    );
    await host.step();
    expect(seen[0]).toMatchObject({
      id: "of the body",
      dequeueCount: 7,
      popReceipt: "mine",
      on: "True",
      of: { its: 1 },
    });
    expect(seen[0]).not.toHaveProperty("nothing");
    for (const other of seen.slice(1)) expect(other).toMatchObject({ dequeueCount: 1 });
    expect(host.invocations[0]).toMatchObject({ dequeueCount: 1 });
  });

  test("come in batches, and the next one when few enough are left", async () => {
    const open: (() => void)[] = [];
    const slow = () => new Promise<void>((resolve) => open.push(resolve));
    const { host, send, requests } = await opened(() => onQueue("inbox", slow), {
      hostJson: hostJsonOf({ batchSize: 4, newBatchThreshold: 2 }),
    });
    await send("inbox", ..."abcdefghij");
    const steps = [host.step()];
    await settled();
    expect([host.running(), host.nextAt()]).toEqual([4, startMs + 5 * minuteMs]);
    steps.push(host.step());
    await settled();
    expect(host.running()).toBe(4);
    open.shift()?.();
    await settled();
    expect(host.nextAt()).toBe(startMs + 5 * minuteMs);
    open.shift()?.();
    await settled();
    expect([host.running(), host.nextAt()]).toEqual([2, startMs]);
    steps.push(host.step());
    await settled();
    expect(host.running()).toBe(6);
    expect(requests.filter((each) => each.startsWith("GET"))).toEqual(
      Array(2).fill("GET inbox/messages?numofmessages=4&visibilitytimeout=600"),
    );
    for (const finish of open) finish();
    await Promise.all(steps);
  });

  test("that fail get the message again, and in the end the poison queue does", async () => {
    const at: number[] = [];
    const poisoned: unknown[] = [];
    const seconds = { now: () => 0 };
    const opening = await opened(() => {
      onQueue("inbox", () => {
        at.push(seconds.now());
        failing();
      });
      onQueue("inbox-poison", (body) => void poisoned.push([seconds.now(), body]));
    });
    seconds.now = opening.seconds;
    const { send, until, outcomes, host, texts } = opening;
    await send("inbox", '{"a":1}');
    await until(10 * minuteMs);
    // Released for 30 s each time; a poll comes within ten.
    expect(at).toHaveLength(5);
    for (const [nth, second] of at.entries()) {
      const sinceReleased = second - 30 - (at[nth - 1] ?? -30);
      expect(sinceReleased).toBeGreaterThanOrEqual(0);
      expect(sinceReleased).toBeLessThan(10);
    }
    expect(outcomes()).toEqual([...Array(4).fill("failed released"), "failed poisoned", "succeeded deleted"]);
    // The host knows of what it has put there itself.
    expect(poisoned).toEqual([[at[4], { a: 1 }]]);
    expect([texts("inbox"), texts("inbox-poison")]).toEqual([[], []]);
    expect(host.invocations[0]?.error).toEqual(new Error("not today"));
    expect(host.logs.map(({ message }) => message)).toContain(
      "Message has reached MaxDequeueCount of 5. Moving message to queue 'inbox-poison'.",
    );
  });

  test("find a poison message gone after a week, and without a queue it is made", async () => {
    const { host, send, texts, pass } = await opened(() => onQueue("inbox", failing), {
      hostJson: hostJsonOf({ maxDequeueCount: 1 }),
    });
    for (const text of ["x", "y"]) {
      await send("inbox", text);
      await host.step();
    }
    expect([texts("inbox"), texts("inbox-poison")]).toEqual([[], ["x", "y"]]);
    pass(weekMs - 1_000);
    expect(texts("inbox-poison")).toEqual(["x", "y"]);
    pass(1_000);
    expect(texts("inbox-poison")).toEqual([]);
  });

  test("are not called for a message that has been given out too often", async () => {
    const { host, ask, send, texts, pass, until } = await opened(() => onQueue("inbox", () => undefined), {
      hostJson: hostJsonOf({ maxDequeueCount: 2 }),
    });
    await send("inbox", "x");
    for (let time = 0; time < 2; time += 1) {
      await ask("GET", "inbox/messages?visibilitytimeout=1");
      pass(1_000);
    }
    await until(minuteMs);
    expect([host.invocations, texts("inbox"), texts("inbox-poison")]).toEqual([[], [], ["x"]]);
  });

  test("of a poison queue leave what they fail hidden, and are called no more after the last time", async () => {
    const at: number[] = [];
    const clock = { seconds: () => 0 };
    const opening = await opened(() =>
      onQueue("inbox-poison", () => {
        at.push(clock.seconds());
        failing();
      }),
    );
    clock.seconds = opening.seconds;
    const { send, until, outcomes, texts, host } = opening;
    await send("inbox-poison", "x");
    await until(2 * 60 * minuteMs);
    expect(at).toHaveLength(5);
    for (const [nth, second] of at.entries()) expect(Math.floor(second / 601)).toBe(nth);
    expect(outcomes()).toEqual(Array(5).fill("failed hidden"));
    expect(texts("inbox-poison")).toEqual(["x"]);
    expect(texts("inbox-poison-poison")).toEqual([]);
    expect(host.logs.filter(({ message }) => message.includes("Moving"))).toEqual([]);
  });

  test("get base64 decoded when host.json says so, and never see what is none", async () => {
    const seen: unknown[] = [];
    const { host, send, texts } = await opened(() => onQueue("inbox", (body) => void seen.push(body)), {
      hostJson: hostJsonOf({ messageEncoding: "base64" }),
    });
    await send("inbox", Buffer.from('{"ä":1}').toString("base64"), '{"plain":1}', "YQ=");
    expect(await host.step()).toBe(1);
    expect(seen).toEqual([{ ä: 1 }]);
    expect([texts("inbox"), texts("inbox-poison").sort()]).toEqual([[], ["YQ=", '{"plain":1}']]);
    expect(host.logs.filter(({ message }) => message.includes("Check MessageEncoding"))).toHaveLength(2);
  });

  test("get base64 as the standard, and the rest of the standards of host.json", async () => {
    const seen: unknown[] = [];
    const register = () =>
      onQueue("inbox", (body) => {
        seen.push(body);
        failing();
      });
    const { host, send, texts, requests, now } = await opened(register, { hostJson: {} });
    await send("inbox", Buffer.from("x").toString("base64"));
    for (let time = 0; time < 5; time += 1) await host.step();
    expect(texts("inbox-poison")).toEqual([Buffer.from("x").toString("base64")]);
    expect(requests[0]).toContain("numofmessages=16");
    expect(seen).toEqual(Array(5).fill("x"));
    expect(now()).toBe(startMs);
  });

  test("keep their message hidden as long as they run", async () => {
    let finish = () => {};
    const slow = () => new Promise<void>((resolve) => (finish = resolve));
    const { host, send, requests, pass, queues, outcomes } = await opened(() => onQueue("inbox", slow), {
      hostJson: hostJsonOf({}, { functionTimeout: "01:00:00" }),
    });
    await send("inbox", "x");
    const first = host.step();
    await settled();
    for (let time = 0; time < 5; time += 1) {
      pass(5 * minuteMs);
      expect(await host.step()).toBe(0);
      expect(queues.messages("inbox")[0]?.visibleAtMs).toBe(host.nextAt() + 5 * minuteMs);
    }
    finish();
    await first;
    expect(outcomes()).toEqual(["succeeded deleted"]);
    expect(queues.messages("inbox")).toEqual([]);
    expect(requests.filter((each) => each.startsWith("PUT"))).toHaveLength(5);
  });

  test("renew sooner what could not be renewed, and not at all what is somebody else's", async () => {
    let finish = () => {};
    const slow = () => new Promise<void>((resolve) => (finish = resolve));
    const { host, send, pass, answering, answeringAgain, ask, outcomes, queues } = await opened(
      () => onQueue("inbox", slow),
      {
        hostJson: hostJsonOf({ newBatchThreshold: 0 }, { functionTimeout: "01:00:00" }),
      },
    );
    await send("inbox", "x");
    const first = host.step();
    await settled();
    answering(refusing("PUT", 503));
    pass(5 * minuteMs);
    await host.step();
    expect(host.nextAt()).toBe(startMs + 7.5 * minuteMs);
    answeringAgain();
    pass(6 * minuteMs);
    await ask("GET", "inbox/messages?visibilitytimeout=3000");
    await host.step();
    expect(host.nextAt()).toBe(startMs + 60 * minuteMs);
    finish();
    await first;
    expect(outcomes()).toEqual(["succeeded taken"]);
    expect(queues.messages("inbox")).toHaveLength(1);
  });

  test("may settle the message themselves", async () => {
    const own = { settle: async () => {} };
    const { host, send, queues, ask, outcomes } = await opened(() => {
      onQueue("inbox", async (body) => {
        await own.settle();
        if (body === "fails") failing();
      });
    });
    own.settle = async () => {
      for (const { id, popReceipt } of queues.messages("inbox"))
        await ask("DELETE", `inbox/messages/${id}?popreceipt=${popReceipt}`);
    };
    await send("inbox", "works");
    await host.step();
    await send("inbox", "fails");
    await host.step();
    expect(outcomes()).toEqual(["succeeded taken", "failed taken"]);
    expect(host.logs.filter(({ message }) => message.includes("unhandled"))).toEqual([]);
  });

  test("have their message back when the service would not settle it", async () => {
    const { host, send, answering, answeringAgain, outcomes, until } = await opened(() =>
      onQueue("inbox", () => undefined),
    );
    await send("inbox", "x");
    answering(refusing("DELETE", 500));
    await host.step();
    answeringAgain();
    await until(9 * minuteMs);
    expect(outcomes()).toEqual(["succeeded hidden"]);
    expect(host.logs.at(-1)).toMatchObject({ level: "error", category: "host" });
    await until(11 * minuteMs);
    expect(outcomes()).toEqual(["succeeded hidden", "succeeded deleted"]);
    expect(host.invocations[1]?.dequeueCount).toBe(2);
  });

  test("are named with app settings", async () => {
    const register = () => onQueue("%PREFIX%inbox", () => undefined, "inbox");
    const { host, send } = await opened(register, { settings: { ...settings, PREFIX: "team-" } });
    await send("team-inbox", "x");
    expect(await host.step()).toBe(1);
    await expect(opened(register)).rejects.toThrow("PREFIX");
  });

  test("need the settings of their connection", async () => {
    const register = () =>
      app.storageQueue("inbox", { queueName: "inbox", connection: "Own", handler: () => undefined });
    await expect(opened(register)).rejects.toThrow("Expected an app setting Own");
    for (const name of ["Own", "AzureWebJobsOwn", "Own__accountName", "OWN__queueServiceUri"])
      expect((await opened(register, { settings: { [name]: "x" } })).host.registrations).toHaveLength(1);
  });

  test("wait for polls, which become rarer while there is nothing", async () => {
    const found: number[] = [];
    const clock = { seconds: () => 0 };
    const register = () => onQueue("inbox", () => void found.push(clock.seconds()));
    const asked = await opened(register, { nextVisibleAt: undefined as never });
    const times: number[] = [];
    await asked.send("inbox");
    for (let time = 0; time < 12; time += 1) {
      times.push(asked.seconds());
      await asked.host.step();
      asked.pass(asked.host.nextAt() - asked.now());
    }
    expect(times.slice(0, 10)).toEqual([0, 0.1, 0.3, 0.7, 1.5, 3.1, 6.3, 12.7, 22.7, 32.7]);
    // With the knowledge of what is there, at the very same times.
    const known = await opened(register);
    clock.seconds = known.seconds;
    expect(known.host.nextAt()).toBe(Number.POSITIVE_INFINITY);
    await known.ask("PUT", "inbox");
    await known.ask(
      "POST",
      "inbox/messages?visibilitytimeout=20",
      "<QueueMessage><MessageText>x</MessageText></QueueMessage>",
    );
    await known.until(minuteMs);
    expect(found).toEqual([22.7]);
    expect(known.requests.filter((each) => each.startsWith("GET"))).toHaveLength(1);
  });

  test("are asked for by one poll at a time", async () => {
    const { host, send, requests, answering } = await opened(() => onQueue("inbox", () => undefined));
    await send("inbox", "x");
    answering(async (_, emulated) => {
      await settled();
      return emulated();
    });
    const calls = await Promise.all([host.step(), host.step()]);
    expect(calls).toEqual([1, 0]);
    expect(requests.filter((each) => each.startsWith("GET"))).toHaveLength(1);
  });

  test("wait while their queue is not there or the service is down, and fail the test for a wrong key", async () => {
    const { host, answering, pass, now } = await opened(() => onQueue("inbox", () => undefined), {
      nextVisibleAt: undefined as never,
    });
    expect(await host.step()).toBe(0);
    answering(refusing("GET", 503));
    pass(host.nextAt() - now());
    expect(await host.step()).toBe(0);
    answering(refusing("GET", 403));
    pass(host.nextAt() - now());
    await expect(host.step()).rejects.toThrow("403");
    expect(host.nextAt()).toBeGreaterThan(now());
  });
});

describe("an instance", () => {
  test("that is gone settles nothing, and its messages come back after ten minutes", async () => {
    const waiting: (() => void)[] = [];
    const slow: StorageQueueHandler = async (_, context) => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      context.log("from beyond");
    };
    const { host, send, until, outcomes, requests, queues } = await opened(() => onQueue("inbox", slow));
    await send("inbox", "x", "y");
    const step = host.step();
    await settled();
    host.crash();
    expect(await step).toBe(2);
    const asked = requests.length;
    for (const finish of waiting.splice(0)) finish();
    await settled();
    expect([requests.length, host.running(), host.nextAt()]).toEqual([asked, 0, Number.POSITIVE_INFINITY]);
    expect(await host.step()).toBe(0);
    expect((await host.http(new Request("http://app/api/x"))).status).toBe(503);
    expect(host.logs).toEqual([]);
    host.restart();
    await until(10 * minuteMs - 1);
    expect(outcomes()).toEqual(Array(2).fill("lost undefined"));
    const stepping = until(10.5 * minuteMs);
    await settled();
    for (const finish of waiting) finish();
    await stepping;
    expect(host.invocations.slice(2).map(({ dequeueCount, outcome }) => [dequeueCount, outcome])).toEqual([
      [2, "succeeded"],
      [2, "succeeded"],
    ]);
    expect(queues.messages("inbox")).toEqual([]);
    expect(() => host.restart()).toThrow("is up");
  });

  test("that is gone between copy and removal leaves a message in both queues", async () => {
    const { host, send, answering, texts } = await opened(() => onQueue("inbox", failing), {
      hostJson: hostJsonOf({ maxDequeueCount: 1 }),
    });
    await send("inbox", "x");
    await send("inbox-poison");
    answering(async (request, emulated) => {
      const answer = await emulated();
      if (request.startsWith("POST")) host.crash();
      return answer;
    });
    await host.step();
    expect([texts("inbox"), texts("inbox-poison")]).toEqual([["x"], ["x"]]);
  });

  test("runs another build of the app after it", async () => {
    const seen: string[] = [];
    const build = (name: string) => loadApp(() => onQueue("inbox", () => void seen.push(name)));
    const [first, second] = [await build("first"), await build("second")];
    const { host, send } = await opened(first);
    await send("inbox", "x");
    await host.step();
    host.crash();
    host.restart(second);
    await send("inbox", "y");
    await host.step();
    expect(seen).toEqual(["first", "second"]);
  });

  test("ends its worker, with all that runs, when one function has had its time", async () => {
    const never = () => new Promise<void>(() => {});
    const { host, send, pass, outcomes, texts, now } = await opened(() => {
      onQueue("inbox", never);
      onQueue("other", never);
    });
    await send("inbox", "x");
    const first = host.step();
    await settled();
    pass(4 * minuteMs);
    await send("other", "y");
    pass(host.nextAt() - now());
    const second = host.step();
    await settled();
    expect([host.running(), host.nextAt()]).toEqual([2, startMs + 5 * minuteMs]);
    pass(host.nextAt() - now());
    await host.step();
    await Promise.all([first, second]);
    expect(outcomes()).toEqual(Array(2).fill("failed released"));
    expect(String(host.invocations[0]?.error)).toContain("Timeout value was exceeded");
    expect([texts("inbox"), texts("other")]).toEqual([["x"], ["y"]]);
  });
});

describe("timers", () => {
  const onTimer = (schedule: string, handler: (timer: Timer) => unknown, more: object = {}) =>
    app.timer("tick", { schedule, handler, ...more });

  test("fire at their times with what the library makes of them, thrown or not", async () => {
    const seen: Timer[] = [];
    const { host, until, outcomes } = await opened(() =>
      onTimer("0 */5 * * * *", (timer) => {
        seen.push(timer);
        if (seen.length === 1) failing();
      }),
    );
    expect(host.nextAt()).toBe(startMs + 5 * minuteMs);
    await until(11 * minuteMs);
    expect(host.invocations.map(({ startedAtMs }) => startedAtMs - startMs)).toEqual([5 * minuteMs, 10 * minuteMs]);
    expect(outcomes()).toEqual(["failed undefined", "succeeded undefined"]);
    expect(seen).toEqual([
      {
        ...{ isPastDue: false, schedule: { adjustForDST: true } },
        scheduleStatus: {
          ...{ last: "0001-01-01T00:00:00", lastUpdated: "0001-01-01T00:00:00" },
          next: "2026-11-21T00:05:00+00:00",
        },
      },
      {
        ...{ isPastDue: false, schedule: { adjustForDST: true } },
        scheduleStatus: {
          ...{ last: "2026-11-21T00:05:00+00:00", lastUpdated: "2026-11-21T00:05:00+00:00" },
          next: "2026-11-21T00:10:00+00:00",
        },
      },
    ]);
  });

  test("run one at a time, and at once when one was missed meanwhile", async () => {
    const waiting: (() => void)[] = [];
    const { host, pass, until } = await opened(
      () => onTimer("0 * * * * *", () => new Promise<void>((resolve) => waiting.push(resolve))),
      { hostJson: hostJsonOf({}, { functionTimeout: "01:00:00" }) },
    );
    pass(minuteMs);
    const first = host.step();
    await settled();
    pass(2.5 * minuteMs);
    expect(await host.step()).toBe(0);
    expect(host.running()).toBe(1);
    waiting.shift()?.();
    await first;
    expect(host.nextAt()).toBeLessThanOrEqual(startMs + 3.5 * minuteMs);
    const second = until(3.6 * minuteMs);
    await settled();
    waiting.shift()?.();
    await second;
    expect(host.invocations.map(({ startedAtMs }) => startedAtMs - startMs)).toEqual([minuteMs, 3.5 * minuteMs]);
    expect(host.nextAt()).toBe(startMs + 4 * minuteMs);
  });

  test("make up once for what came while there was no instance", async () => {
    const seen: boolean[] = [];
    const { host, pass, until } = await opened(() =>
      onTimer("0 0 * * * *", ({ isPastDue }) => void seen.push(isPastDue)),
    );
    await until(60 * minuteMs);
    host.crash();
    host.restart();
    expect(host.nextAt()).toBe(startMs + 120 * minuteMs);
    host.crash();
    pass(150 * minuteMs);
    host.restart();
    expect(host.nextAt()).toBe(startMs + 210 * minuteMs);
    await until(241 * minuteMs);
    expect(seen).toEqual([false, true, false]);
  });

  test("of less than a minute have no status, and forget what they missed", async () => {
    const seen: Timer[] = [];
    const { host, pass, until } = await opened(() => onTimer("*/30 * * * * *", (timer) => void seen.push(timer)));
    await until(minuteMs / 2);
    host.crash();
    pass(5.25 * minuteMs);
    host.restart();
    expect(host.nextAt()).toBe(startMs + 6 * minuteMs);
    expect(seen).toMatchObject([{ scheduleStatus: null }]);
  });

  test("run out of turn, and at the start where they are told to", async () => {
    const { host, now } = await opened(() => onTimer("%WHEN%", () => undefined, { runOnStartup: true }), {
      settings: { ...settings, WHEN: "0 30 9 * * 1-5" },
    });
    expect(host.nextAt()).toBe(now());
    await host.step();
    const monday = startMs + 2 * 86_400_000 + 9.5 * 60 * minuteMs;
    expect(host.nextAt()).toBe(monday);
    expect(await host.runTimer("tick")).toMatchObject({ outcome: "succeeded", trigger: "timer" });
    expect(host.nextAt()).toBe(monday);
    await expect(host.runTimer("tock")).rejects.toThrow("tock");
  });

  test("refuse what is no schedule, or none that is emulated", async () => {
    for (const schedule of ["* * * * *", "0 0 0 * JAN *", "00:05:00", "60 * * * * *", "*/0 * * * * *", "0 0 0 5-1 * *"])
      await expect(opened(() => onTimer(schedule, () => undefined))).rejects.toThrow(/Expected/);
    await expect(opened(() => onTimer("0 0 0 30 2 *", () => undefined))).rejects.toThrow("comes to pass");
    const { host } = await opened(() => onTimer("0 0 0 29 2 *", () => undefined));
    expect(host.nextAt()).toBe(Date.UTC(2028, 1, 29));
  });
});

describe("http functions", () => {
  const get = (path: string, init: RequestInit = {}) => new Request(`https://app.example${path}`, init);

  test("get a request of the library's, and answer with bytes and cookies", async () => {
    const seen: HttpRequest[] = [];
    const { host } = await opened(() =>
      app.http("all", {
        ...{ route: "{*path}", methods: ["GET", "POST"], authLevel: "anonymous" },
        async handler(request) {
          seen.push(request);
          if (request.method === "POST") return { jsonBody: { got: await request.json() }, status: 201 };
          return {
            body: Buffer.from([0, 255, 128]),
            headers: { "content-type": "application/octet-stream", etag: '"1"' },
            cookies: [{ name: "a", value: "b c", maxAge: 60, httpOnly: true, sameSite: "Lax" }],
          };
        },
      }),
    );
    const posted = await host.http(
      get("/api/a%20b/C?x=1&x=2&y=", { method: "POST", body: '{"ü":1}', headers: { "X-One": "1" } }),
    );
    expect([posted.status, posted.headers.get("content-type")]).toEqual([201, "application/json"]);
    expect(await posted.json()).toEqual({ got: { ü: 1 } });
    expect(seen[0]).toBeInstanceOf(HttpRequest);
    expect(seen[0]?.params).toEqual({ path: "a b/C" });
    expect(seen[0]?.url).toBe("https://app.example/api/a%20b/C?x=1&x=2&y=");
    expect([...(seen[0]?.query ?? [])]).toEqual([
      ["x", "1,2"],
      ["y", ""],
    ]);
    expect(seen[0]?.headers.get("x-one")).toBe("1");
    const binary = await host.http(get("/api/"));
    expect(Buffer.from(await binary.arrayBuffer())).toEqual(Buffer.from([0, 255, 128]));
    expect(binary.headers.get("etag")).toBe('"1"');
    expect(binary.headers.getSetCookie()).toEqual(["a=b%20c; max-age=60; path=/; samesite=lax; httponly"]);
    expect(seen[1]?.params).toEqual({});
    expect(host.invocations.map(({ trigger, outcome }) => [trigger, outcome])).toEqual(
      Array(2).fill(["http", "succeeded"]),
    );
  });

  test("are found below the prefix, by listed methods alone, the first name first", async () => {
    const answering = (body: string) => ({ handler: () => ({ body }), authLevel: "anonymous" as const });
    const register = () => {
      app.http("z", { ...answering("z"), route: "things/{id}/{more?}" });
      app.http("b", { ...answering("b"), route: "{*path}", methods: ["POST", "HEAD"] });
      app.http("named", answering("named"));
    };
    const { host } = await opened(register);
    const to = async (path: string, method = "GET", on = host) => {
      const answer = await on.http(get(path, { method }));
      return answer.status === 200 ? answer.text() : answer.status;
    };
    expect(await to("/api/things/1")).toBe("z");
    expect(await to("/api/Things/1/x/")).toBe("z");
    expect(await to("/api/things/1", "POST")).toBe("b");
    expect(await to("/api/things")).toBe(404);
    expect(await to("/api/things/1/2/3")).toBe(404);
    expect(await to("/api/NAMED")).toBe("named");
    expect(await to("/named")).toBe(404);
    expect(await to("/api/named", "PUT")).toBe(404);
    expect(await to("/api/named", "OPTIONS")).toBe(404);
    expect(await to("/api/x", "HEAD")).toBe("");
    const bare = await opened(register, { hostJson: { extensions: { http: { routePrefix: "" } } } });
    expect(await to("/named", "GET", bare.host)).toBe("named");
    for (const route of ["admin/x", "/x", "a{b}", "{*a}/b"])
      await expect(opened(() => app.http("x", { ...answering(""), route }))).rejects.toThrow(/rout|slash|rest/);
  });

  test("are guarded by keys", async () => {
    const { host } = await opened(
      () => {
        for (const authLevel of ["anonymous", "function", "admin"] as const)
          app.http(`for-${authLevel}`, { authLevel, handler: () => ({}) });
      },
      { keys: { master: "m", host: "h", functions: { "for-function": "f", "for-anonymous": "other" } } },
    );
    const allowed = async (name: string, key?: string, where: "header" | "query" = "header") => {
      const headers: Record<string, string> = key !== undefined && where === "header" ? { "x-functions-key": key } : {};
      const query = where === "query" ? `?code=${key}` : "";
      return (await host.http(get(`/api/for-${name}${query}`, { headers }))).status;
    };
    expect(await allowed("anonymous")).toBe(200);
    expect(await allowed("function")).toBe(401);
    for (const key of ["f", "h", "m"]) expect(await allowed("function", key)).toBe(200);
    for (const key of ["", "other", "x"]) expect(await allowed("function", key)).toBe(401);
    expect(await allowed("function", "f", "query")).toBe(200);
    for (const key of ["f", "h"]) expect(await allowed("admin", key)).toBe(401);
    expect(await allowed("admin", "m")).toBe(200);
    expect(host.invocations).toHaveLength(6);
  });

  test("that throw, return nothing or are lost are told of by status alone", async () => {
    let isCalled = () => {};
    const called = new Promise<void>((resolve) => (isCalled = resolve));
    const hanging = () => {
      isCalled();
      return new Promise<never>(() => {});
    };
    const { host } = await opened(() => {
      app.http("fails", { handler: failing });
      app.http("nothing", { handler: () => undefined as never });
      app.http("wrong", { handler: () => "text" as never });
      app.http("empty", { handler: () => ({ status: 204, body: "x" }) });
      app.http("slow", { handler: hanging });
    });
    const status = async (name: string) => (await host.http(get(`/api/${name}`))).status;
    expect(await status("fails")).toBe(500);
    expect(await status("nothing")).toBe(204);
    expect(await status("wrong")).toBe(500);
    expect(await status("empty")).toBe(204);
    const lost = status("slow");
    await called;
    host.crash();
    expect(await lost).toBe(502);
  });
});

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
