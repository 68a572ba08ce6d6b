import { describe, expect, onTestFinished, test, vi } from "vitest";
import { demoIds } from "../../emulators/azure-sphere/index.ts";
import { queueFunctionMs } from "../../lib/platforms/azure/functions/receive.ts";
import { answerMarginMs } from "../../lib/platforms/time-guard.ts";
import { type AzureRig, type AzureRigOptions, azureRig, hostJson } from "./azure-rig.ts";
import { exampleOf } from "./clouds.ts";
import { ended, rowOf, submitted } from "./rig.ts";

async function opened(options: AzureRigOptions = {}): Promise<AzureRig> {
  const rig = await azureRig(options);
  onTestFinished(() => rig.close());
  return rig;
}

const example = exampleOf("requests", "happy.json");
const calls = (rig: AzureRig, name: string) => rig.host.invocations.filter((each) => each.function === name);
const logsOf = (rig: AzureRig) =>
  rig.lines.map((line) => JSON.parse(line)).filter(({ message }) => message !== undefined);

describe("messages in one process at the same time", () => {
  test("do not hear of one that takes longer than its function may, which comes again", async () => {
    const rig = await opened({ requestTimeoutMs: 100_000 });
    const ids = [];
    for (const id of ["slow", "quick"]) ids.push(await submitted(rig, { ...example, id }));
    const [slow = "", quick = ""] = ids;
    const hung = rig.cloud.proxies.tables.on(({ body }) => body.includes(slow), { kind: "hang-after" });
    const began = rig.now();
    const step = rig.host.step();
    await vi.waitFor(async () =>
      expect(hung.hits + calls(rig, "accept-request").filter(({ settlement }) => settlement).length).toBe(2),
    );
    expect(await rowOf(rig, quick)).toMatchObject({ state: "active" });
    rig.clock.advance(queueFunctionMs - answerMarginMs - 1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(rig.host.running()).toBe(1);
    rig.clock.advance(1);
    await step;
    expect(rig.host.running()).toBe(0);
    // Before the host would have ended the process, and all that it does.
    const [hours = 0, minutes = 0] = String(hostJson.functionTimeout).split(":").map(Number);
    expect(rig.now() - began).toBeLessThan((hours * 60 + minutes - 1) * 60_000);
    expect(logsOf(rig).filter(({ level }) => level === "warn")).toMatchObject([
      { message: "a message could not be handled", queue: "inbox", cause: expect.stringMatching(/time was over/) },
    ]);
    for (const id of ids) expect(await ended(rig, id)).toMatchObject({ outcome: "succeeded" });
    expect(rig.clouds.sphere.state.acceptedCreates(demoIds.groups.happy)).toBe(2);
    expect(rig.host.logs.some(({ message }) => message.includes("Timeout value was exceeded"))).toBe(false);
  });

  test("log each under its own invocation", async () => {
    const rig = await opened();
    rig.clouds.defective = true;
    const ids = [];
    // Operations on one device group would take turns.
    const { happy, failing, partlyFailing } = demoIds.groups;
    for (const deviceGroupId of [happy, failing, partlyFailing]) {
      const data = { ...(example["data"] as object), deviceGroupId };
      ids.push(await submitted(rig, { ...example, id: deviceGroupId, data }));
    }
    await rig.until("three failures", async () => calls(rig, "start-deployment").length >= 3);
    const lines = rig.host.logs.filter(
      ({ category, message }) => category === "user" && message.includes("not the provider's"),
    );
    const told = lines.map((line) => ({ line, said: JSON.parse(line.message) }));
    expect(told.map(({ said }) => said.operation).toSorted()).toEqual(ids.toSorted());
    const invocations = calls(rig, "start-deployment").map(({ id }) => id);
    expect(told.map(({ line }) => line.invocationId).toSorted()).toEqual(invocations.toSorted());
    for (const { line, said } of told) {
      expect([said.function, said.invocation]).toEqual(["start-deployment", line.invocationId]);
      expect([line.function, line.level]).toEqual(["start-deployment", said.level]);
      const { startedAtMs } = calls(rig, "start-deployment").find(({ id }) => id === said.invocation) ?? {};
      expect(startedAtMs).toBe(calls(rig, "start-deployment")[0]?.startedAtMs);
    }
  });
});
