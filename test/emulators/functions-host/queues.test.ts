import { InvocationContext } from "@azure/functions";
import { describe, expect, test } from "vitest";
import { failing, hostJsonOf, minuteMs, onQueue, opened, refusing, settled, startMs, weekMs } from "./host-world.ts";

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
});
