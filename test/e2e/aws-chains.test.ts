import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { awsRig } from "./aws-rig.ts";
import { chains } from "./chains.ts";
import { secrets } from "./clouds.ts";
import { localRig } from "./local-rig.ts";
import { transcriptOf } from "./transcript.ts";

describe("end to end on AWS", () => {
  test.each(chains)("$name tells what it tells on one machine", async ({ run }) => {
    const folder = mkdtempSync(join(tmpdir(), "drover-e2e-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const local = await localRig(folder);
    onTestFinished(() => local.close());
    await run(local);
    const aws = await awsRig();
    onTestFinished(() => aws.close());
    await run(aws);
    const told = transcriptOf(await aws.events());
    expect(told).toEqual(transcriptOf(await local.events()));
    expect(told.length).toBeGreaterThan(1);
    const everything = [...aws.lines, JSON.stringify(await aws.cloud.dynamo.items(aws.cloud.table))].join("\n");
    for (const value of Object.values(secrets)) expect(everything).not.toContain(value);
  });
});
