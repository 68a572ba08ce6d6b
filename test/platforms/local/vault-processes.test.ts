import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { localVault } from "../../../lib/platforms/local/vault.ts";
import { temporaryFolder } from "./temporary-folder.ts";

test("processes that create the same secrets at the same time all get the same ones", async () => {
  const dataFolder = join(await temporaryFolder(), "data");
  const startAt = String(Date.now() + 1_500);
  const script = join(import.meta.dirname, "creating-process.ts");
  const outputs = await Promise.all(
    [1, 2, 3].map(() => promisify(execFile)(process.execPath, [script, dataFolder, "staged", startAt])),
  );
  const [first, ...others] = outputs.map(({ stdout }): unknown => JSON.parse(stdout));
  expect(others).toEqual([first, first]);
  const vault = localVault({ dataFolder });
  const stored = await Promise.all(Array.from({ length: 20 }, (_, index) => vault.get(`staged-${index}`)));
  expect(stored.map((secret) => secret?.reveal())).toEqual(first);
});
