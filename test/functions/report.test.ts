import { describe, expect, test } from "vitest";
import { ended, fixture, request } from "./harness.ts";
import { type HeatFixture, heatFixture, serverAt, submittedTo } from "./heat-harness.ts";

const reportTo = ({ send }: Pick<HeatFixture, "send">, id: string, body: unknown = { status: "COMPLETE" }) =>
  send("POST", `/operations/${id}/actions/report`, body);

/** An operation that somebody has to end, with its row at the provider. */
async function waiting(all: HeatFixture): Promise<string> {
  const id = await submittedTo(all, "a", [serverAt(0)], { completion: "external", cleanUp: "never" });
  all.host.start();
  await expect.poll(() => all.emulator.state.deployments()).toHaveLength(1);
  await expect.poll(async () => (await all.send("GET", `/operations/${id}`)).body["step"]).toBe("poll-operation");
  return id;
}

describe("a report", () => {
  test.each([
    ["COMPLETE", "succeeded"],
    ["FAILED", "failed"],
  ])("of %s ends an external deployment as %s, at the provider too", async (status, outcome) => {
    const all = heatFixture();
    const id = await waiting(all);
    const told = await reportTo(all, id.slice(0, 12), { status, reason: "seen on the rack" });
    expect([told.status, told.body]).toEqual([202, { operation: id, reported: status }]);
    expect(await ended(all, id)).toMatchObject({ outcome });
    expect(all.emulator.state.deployments()).toMatchObject([{ status, statusReason: "seen on the rack" }]);
    const { body } = await all.send("GET", `/operations/${id}/history`);
    expect(JSON.stringify(body)).toContain(`reported as ${status} by cli:ada: seen on the rack`);
  });

  test("is looked at without waiting for the next poll", async () => {
    const all = heatFixture("openstack", {}, { firstPoll: "PT1H", maxPoll: "PT1H" });
    const id = await waiting(all);
    await reportTo(all, id);
    expect(await ended(all, id)).toMatchObject({ outcome: "succeeded" });
  });

  test("is refused where there is nothing that it could end", async () => {
    const all = heatFixture();
    const notStarted = await submittedTo(all, "a", [serverAt(0)], { completion: "external" });
    expect((await reportTo(all, notStarted)).body).toMatchObject({ status: 409, code: "not-started" });
    const parent = await submittedTo(all, "b", [serverAt(1), serverAt(2)]);
    all.host.start();
    expect(await ended(all, parent)).toMatchObject({ outcome: "succeeded" });
    expect((await reportTo(all, parent)).body).toMatchObject({ status: 409, code: "operation-ended" });
    expect(all.emulator.requests().filter(({ method }) => method === "PUT")).toEqual([]);
  });

  test("is refused for a parent, which names its parts", async () => {
    const all = heatFixture();
    const parent = await submittedTo(all, "b", [serverAt(1), serverAt(2)], { completion: "external" });
    all.host.start();
    await expect
      .poll(async () => (await all.send("GET", `/operations?parent=${parent}`)).body["operations"])
      .toHaveLength(2);
    const refused = await reportTo(all, parent);
    expect(refused.body).toMatchObject({ code: "is-parent", detail: expect.stringContaining(`--parent ${parent}`) });
  });

  test("is refused once the end is known and only what is left is removed", async () => {
    const all = heatFixture();
    all.emulator.addFault({ kind: "status", status: 503, method: "DELETE", path: "*/software_deployments/*" });
    const id = await submittedTo(all, "a", [serverAt(0)], { cleanUp: "always" });
    all.host.start();
    await expect
      .poll(async () => (await all.send("GET", `/operations/${id}`)).body["step"])
      .toBe("clean-up-deployment");
    expect((await reportTo(all, id, { status: "FAILED" })).body).toMatchObject({
      status: 409,
      code: "operation-ended",
    });
  });

  test("is refused where the provider says by itself how it ends", async () => {
    const all = fixture();
    all.emulator.script({ result: "stuck" });
    const id = String((await all.send("POST", "/requests", request("a"))).body["operation"]);
    all.host.start();
    await expect.poll(async () => (await all.send("GET", `/operations/${id}`)).body["step"]).toBe("poll-operation");
    expect((await reportTo(all, id)).body).toMatchObject({ status: 409, code: "no-report" });
  });

  test("is refused for an unknown operation, and with other words", async () => {
    const all = heatFixture();
    expect((await reportTo(all, "a".repeat(52))).status).toBe(404);
    const id = await submittedTo(all, "a", [serverAt(0)], { completion: "external" });
    for (const body of [
      {},
      { status: "complete" },
      { status: "COMPLETE", note: "x" },
      { status: "FAILED", reason: "" },
    ]) {
      expect((await reportTo(all, id, body)).status).toBe(422);
    }
  });

  test("that the provider refuses is a problem, and ends nothing", async () => {
    const all = heatFixture();
    const id = await waiting(all);
    all.emulator.addFault({ kind: "status", status: 403, method: "PUT", path: "*/software_deployments/*" });
    expect((await reportTo(all, id)).body).toMatchObject({ status: 502, provider: { status: 403 } });
    expect((await all.send("GET", `/operations/${id}`)).body["state"]).toBe("active");
  });
});

describe("children", () => {
  test("are listed by the beginning of their parent's id", async () => {
    const all = heatFixture();
    const parent = await submittedTo(all, "b", [serverAt(1), serverAt(2)]);
    all.host.start();
    await ended(all, parent);
    const { body } = await all.send("GET", `/operations?parent=${parent.slice(0, 12)}`);
    expect(body["operations"]).toHaveLength(2);
    expect((await all.send("GET", "/operations?parent=aaaaaaaaaaaa")).status).toBe(404);
  });
});
