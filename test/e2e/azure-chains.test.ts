import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { azureRig } from "./azure-rig.ts";
import { chains } from "./chains.ts";
import { secrets } from "./clouds.ts";
import { localRig } from "./local-rig.ts";
import { transcriptOf } from "./transcript.ts";

describe("end to end on Azure", () => {
  test.each(chains)("$name tells what it tells on one machine", async ({ run }) => {
    const folder = mkdtempSync(join(tmpdir(), "drover-e2e-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const local = await localRig(folder);
    onTestFinished(() => local.close());
    await run(local);
    const azure = await azureRig();
    onTestFinished(() => azure.close());
    await run(azure);
    const told = transcriptOf(await azure.events());
    expect(told).toEqual(transcriptOf(await local.events()));
    expect(told.length).toBeGreaterThan(1);
    const { tables, queueNames, queues } = azure.cloud;
    const stored = [tables.rows("drover"), queueNames.map((name) => queues.messages(name))];
    const everything = [...azure.lines, ...azure.host.logs.map(({ message }) => message), JSON.stringify(stored)];
    for (const value of Object.values(secrets)) expect(everything.join("\n")).not.toContain(value);
  });
});
