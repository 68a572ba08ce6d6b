import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Timeline } from "../../../emulators/timeline.ts";
import { deployPath, Harness, ids, START_MS, secrets } from "./harness.ts";

describe("the request log", () => {
  it("keeps method, path, query, status and time, and masks the credential", async () => {
    const harness = new Harness();
    const token = await harness.token();
    harness.emulator.clearRequests();
    harness.tick(250);
    await harness.history(ids.group, "?maxPageSize=3");
    await harness.tenant("/images", { token: null });
    await harness.tenant("/images", { token: null, headers: { authorization: "opaque-secret" } });
    const logged = { at: START_MS + 250, method: "GET", query: "", authorization: null, fault: null };
    const images = { ...logged, path: `/v2/tenants/${ids.tenant}/images`, status: 401 };
    expect(harness.emulator.requests().filter(({ path }) => path.startsWith("/v2/"))).toEqual([
      { ...logged, path: deployPath, query: "?maxPageSize=3", status: 200, authorization: "Bearer ***" },
      images,
      { ...images, authorization: "***" },
    ]);
    const text = JSON.stringify(harness.emulator.requests());
    for (const secret of [token, "opaque-secret", secrets.client]) expect(text).not.toContain(secret);
  });

  it("shows a request without an answer as one, with the fault that struck it", async () => {
    const harness = new Harness();
    harness.emulator.addFault({ method: "POST", path: deployPath, kind: "drop", takesEffect: true });
    await harness.create().catch(() => undefined);
    expect(harness.emulator.requests().at(-1)).toMatchObject({ method: "POST", status: null, fault: "drop" });
  });

  it("keeps at least its limit and at most twice as much", async () => {
    const harness = new Harness({ logLimit: 5 });
    for (let i = 0; i < 30; i++) {
      await harness.tenant(`/images?n=${i}`);
      expect(harness.emulator.requests().length).toBeLessThanOrEqual(10);
    }
    const queries = harness.emulator.requests().map(({ query }) => query);
    expect(queries.slice(-5)).toEqual(["?n=25", "?n=26", "?n=27", "?n=28", "?n=29"]);
  });
});

describe("the state", () => {
  it("counts creates that took effect, apart from deployments that came of them", async () => {
    const harness = new Harness();
    await harness.run([ids.app]);
    await harness.run([ids.nobody]);
    await harness.run([ids.board], ids.otherGroup);
    await harness.create([]);
    expect(harness.emulator.state.acceptedCreates()).toBe(3);
    expect(harness.emulator.state.acceptedCreates(ids.group.toUpperCase())).toBe(2);
    expect(harness.emulator.state.deployments(ids.group)).toHaveLength(1);
    expect(harness.emulator.state.currentDeployment(ids.otherGroup)).toMatchObject({ imageIds: [ids.board] });
    expect(harness.emulator.state.currentDeployment(ids.nobody)).toBeNull();
  });

  it("shows operations in order with their state, and when something changes next", async () => {
    const harness = new Harness();
    const first = await harness.create();
    harness.tick(1_000);
    const second = await harness.create();
    expect(harness.emulator.state.operations().map(({ id, state }) => [id, state])).toEqual([
      [first.body.OperationId, 1],
      [second.body.OperationId, 0],
    ]);
    expect(harness.emulator.state.nextChangeMs()).toBe(START_MS + 5_000);
    harness.tick(5_000);
    expect(harness.emulator.state.operation(first.body.OperationId)).toMatchObject({ state: 2, result: { state: 2 } });
    expect(harness.emulator.state.nextChangeMs()).toBeNull();
    expect(harness.emulator.state.operation(ids.nobody)).toBeNull();
  });

  it("gives the same answers for the same seed, ids and clock", async () => {
    const transcript = async (): Promise<string> => {
      const harness = new Harness({ seed: 42 });
      harness.emulator.configure({ listOrder: "shuffled" });
      harness.emulator.addFault({
        method: "POST",
        path: "*/deployments",
        kind: "late-landing",
        landsAfterMs: 700,
        probability: 0.5,
      });
      const lines: string[] = [];
      for (let i = 0; i < 40; i++) {
        lines.push(await harness.create([ids.app, ids.board]).then(({ text }) => text, String));
        harness.tick(313);
        lines.push((await harness.history()).text);
      }
      return lines.join("\n");
    };
    expect(await transcript()).toBe(await transcript());
  });

  it("comes out the same however often somebody looks", async () => {
    const outcome = async (looks: boolean): Promise<string> => {
      const harness = new Harness();
      harness.emulator.addFault({
        method: "POST",
        path: "*/deployments",
        kind: "late-landing",
        landsAfterMs: 700,
        times: 3,
      });
      for (let i = 0; i < 6; i++) {
        await harness.create([i % 2 === 0 ? ids.app : ids.board]).catch(() => undefined);
        for (let ms = 0; ms < 400; ms += 100) {
          harness.tick(100);
          if (looks) harness.emulator.state.operations();
        }
      }
      harness.tick(60_000);
      return JSON.stringify([harness.emulator.state.operations(), harness.emulator.state.deployments(ids.group)]);
    };
    expect(await outcome(true)).toBe(await outcome(false));
  });

  it("takes ids of seeds in any case", async () => {
    const harness = new Harness();
    const group = { id: ids.nobody.toUpperCase(), name: "x", tenantId: ids.tenant.toUpperCase() };
    harness.emulator.seed.deviceGroup({ ...group, productId: ids.product.toUpperCase() });
    expect((await harness.create([ids.app], ids.nobody)).status).toBe(202);
    expect((await harness.group(ids.nobody)).body).toMatchObject({ TenantId: ids.tenant, ProductId: ids.product });
  });

  it("refuses seeds that refer to nothing", () => {
    const { seed } = new Harness().emulator;
    const group = { id: ids.nobody, name: "x", tenantId: ids.tenant, productId: ids.product };
    expect(() => seed.deviceGroup({ ...group, tenantId: ids.nobody })).toThrow(
      `Expected the tenant of device group "x" to be seeded before it, got ${ids.nobody}`,
    );
    expect(() => seed.deviceGroup({ ...group, productId: ids.app })).toThrow("Expected the product of device group");
    expect(() => seed.role({ tenantId: ids.tenant, objectId: ids.app, roleNames: [] })).toThrow(
      "Expected the object id of role",
    );
  });

  it("starts a device group with the deployment it was seeded with", async () => {
    const harness = new Harness();
    const currentDeployment = { id: ids.nobody, imageIds: [ids.board] };
    const group = { id: ids.client, name: "x", tenantId: ids.tenant, productId: ids.product, currentDeployment };
    harness.emulator.seed.deviceGroup(group);
    expect((await harness.group(ids.client)).body.CurrentDeployment).toMatchObject({ Id: ids.nobody });
    expect((await harness.tenant(`/deployments/${ids.nobody}`)).status).toBe(200);
    expect(harness.emulator.state.acceptedCreates()).toBe(0);
  });
});

describe("the timeline", () => {
  it("runs by time, then by order of scheduling, each at its own time", () => {
    let now = 0;
    const timeline = new Timeline(() => now);
    const order: string[] = [];
    const times = [50, 10, 30, 10, 20, 50, 40, 10];
    for (const [index, ms] of times.entries()) timeline.at(ms, (dueMs) => order.push(`${dueMs}:${index}`));
    timeline.at(20, () => timeline.at(25, () => order.push("25:inner")));
    timeline.at(Infinity, () => order.push("never"));
    now = 30;
    timeline.now();
    expect(order).toEqual(["10:1", "10:3", "10:7", "20:4", "25:inner", "30:2"]);
    expect(timeline.nextMs()).toBe(40);
    now = 1_000;
    timeline.now();
    expect(order.slice(6)).toEqual(["40:6", "50:0", "50:5"]);
    expect(timeline.nextMs()).toBeNull();
  });

  it("runs a thousand happenings in order", () => {
    let now = 0;
    const timeline = new Timeline(() => now);
    const seen: number[] = [];
    for (let i = 0; i < 1_000; i++) timeline.at((i * 7_919) % 1_009, (dueMs) => seen.push(dueMs));
    now = 1_009;
    timeline.now();
    expect(seen).toHaveLength(1_000);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });
});

describe("the emulator's own rules", () => {
  const folder = new URL("../../../emulators/azure-sphere/", import.meta.url);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));

  it.each(files)("reads no clock, dice or timer and imports nothing of its clients in %s", (name) => {
    const source = readFileSync(new URL(name, folder), "utf8");
    expect(source).not.toMatch(/Date\.now|Math\.random|setTimeout|setInterval|performance\.now|process\.env/);
    for (const [, from] of source.matchAll(/from "([^"]+)"/g)) expect(from).toMatch(/^(node:crypto$|\.\.?\/)/);
    expect(source).not.toMatch(/from "[^"]*(lib|functions|cli)\//);
  });
});
