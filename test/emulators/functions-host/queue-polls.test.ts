import { app } from "@azure/functions";
import { describe, expect, test } from "vitest";
import { minuteMs, onQueue, opened, refusing, settings, settled } from "./host-world.ts";

describe("queue functions", () => {
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
