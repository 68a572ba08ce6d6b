import { describe, expect, test } from "vitest";
import { concurrently } from "../../lib/providers/concurrently.ts";
import { failureOf } from "./support.ts";

describe("concurrently", () => {
  test("answers in the order of the tasks and keeps the bound", async () => {
    let running = 0;
    let most = 0;
    const task = (value: number) => async () => {
      most = Math.max(most, ++running);
      await new Promise((done) => setImmediate(done));
      running -= 1;
      return value;
    };
    expect(await concurrently([1, 2, 3, 4, 5, 6, 7].map(task), 3)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(most).toBe(3);
    expect(await concurrently([], 3)).toEqual([]);
  });

  test("begins nothing after a failure, waits for what runs, and throws the first by order", async () => {
    const begun: number[] = [];
    let ended = 0;
    const task = (index: number, turns: number, fail: boolean) => async () => {
      begun.push(index);
      for (let turn = 0; turn < turns; turn += 1) await new Promise((done) => setImmediate(done));
      ended += 1;
      if (fail) throw new Error(`task ${index}`);
    };
    const tasks = [task(0, 3, true), task(1, 1, true), task(2, 1, false), task(3, 1, false)];
    expect(await failureOf(concurrently(tasks, 2))).toMatchObject({ message: "task 0" });
    expect(begun).toEqual([0, 1]);
    expect(ended).toBe(2);
  });
});
