import type { StorageQueueHandler } from "@azure/functions";
import { describe, expect, test } from "vitest";
import { loadApp } from "../../../emulators/functions-host/index.ts";
import { failing, hostJsonOf, minuteMs, onQueue, opened, settled, startMs } from "./host-world.ts";

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
