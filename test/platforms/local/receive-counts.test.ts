import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { decodeDeadLetter } from "../../../lib/contracts/dead-letter.ts";
import { openLocalPlatform } from "../../../lib/platforms/local/platform.ts";
import { startChild } from "./killed.ts";
import { silentLog } from "./manual-time.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** Starts the process again and again, as a service manager does, until it ends by itself. */
async function runUntilItEnds(folder: string): Promise<string[]> {
  const lines: string[] = [];
  for (let start = 0; start < 12; start += 1) {
    const child = startChild("killed-by-message.ts", [folder]);
    const code = await child.ended;
    expect(child.errors()).toBe("");
    lines.push(...child.lines);
    if (code === 0) return lines;
  }
  throw new Error(`Expected the process to end by itself in the end, got killed 12 times: ${lines.join(", ")}`);
}

describe("a message whose handling kills the process", () => {
  test.each(["kill", "kill-later"])(
    "becomes a dead letter after its receives are used up, and the others get through: %s",
    async (body) => {
      const folder = join(await temporaryFolder(), "data");
      const platform = openLocalPlatform({ folder, log: silentLog });
      await platform.queue.send([
        { queue: "steps", body: "before" },
        { queue: "steps", body },
        { queue: "steps", body: "after" },
      ]);
      await platform.close();

      const lines = await runUntilItEnds(folder);
      const receives = lines.filter((line) => line.startsWith(`${body} `)).map((line) => Number(line.split(" ")[1]));
      expect(receives).toEqual([1, 2, 3, 4, 5]);
      expect(lines.at(-1)?.startsWith("after") || lines.some((line) => line.startsWith("after"))).toBe(true);
      const [dead] = lines.filter((line) => line.startsWith("dead "));
      const letter = decodeDeadLetter((dead ?? "").slice("dead ".length));
      expect(letter).toMatchObject({ queue: "steps", body, receives: 6 });
      expect(letter.cause).toContain("received 5 times without a result");
    },
  );
});
