import { describe, expect, test } from "vitest";
import { InvalidInputError, PermanentError, RetryableError } from "../../../lib/contracts/errors.ts";
import type { JsonObject } from "../../../lib/contracts/json.ts";
import { createHeatOperator } from "../../../lib/providers/heat/index.ts";
import { failureOf, shown } from "../support.ts";
import { createCloud, createScripted, heatFault, ids, json, rowId, rowOf, server } from "./support.ts";

const objectOf = (value: JsonObject, key: string) => value[key] as JsonObject;

describe.each(["openstack", "otc", "rackspace"] as const)("calls for people on %s", (flavour) => {
  test("create, show, change and delete configs and deployments", async () => {
    const cloud = createCloud({ flavour });
    const { configs, deployments } = createHeatOperator(cloud.options);
    const config = objectOf(await configs.create({ name: "mine", group: "script", config: "x" }), "software_config");
    const id = String(config["id"]);
    expect(objectOf(await configs.get(id), "software_config")).toMatchObject({ name: "mine", config: "x" });
    expect(await configs.list()).toMatchObject({
      complete: true,
      software_configs: expect.arrayContaining([expect.objectContaining({ id })]),
    });

    const row = "e0000000-0000-4000-8000-0000000000aa";
    const { projectId } = ids[flavour];
    cloud.emulator.seed.deployment({
      id: row,
      projectId,
      configId: id,
      serverId: server,
      action: "CREATE",
      status: "IN_PROGRESS",
    });
    expect(await deployments.list(server)).toMatchObject({ software_deployments: [{ id: row }] });
    expect(await deployments.list("nobody")).toEqual({ software_deployments: [] });
    const change = { status: "COMPLETE", status_reason: "By hand", output_values: { result: "2" } };
    expect(await deployments.update(row, change)).toMatchObject({ software_deployment: change });
    expect(await deployments.show(row)).toMatchObject({
      software_deployment: { ...change, config_id: id, action: "CREATE" },
    });

    const error = await failureOf(configs.delete(id));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error).toMatchObject({ code: "config-in-use" });
    await deployments.delete(row);
    await deployments.delete(row);
    await configs.delete(id);
    await configs.delete(id);
    expect(await failureOf(deployments.show(row))).toMatchObject({ status: 404 });
  });
});

describe("an update", () => {
  const updating = (row: JsonObject) =>
    createScripted((method) =>
      method === "GET" ? json(200, { software_deployment: row }) : method === "PUT" ? json(200, {}) : undefined,
    );
  const put = (cloud: ReturnType<typeof createScripted>) =>
    JSON.parse(cloud.sent.find(({ method }) => method === "PUT")?.text ?? "");

  test("sends what the row says of config and action", async () => {
    const cloud = updating(rowOf({ action: "UPDATE" }));
    await createHeatOperator(cloud.options).deployments.update(rowId, { status: "FAILED" });
    expect(put(cloud)).toEqual({ config_id: rowOf()["config_id"], action: "UPDATE", status: "FAILED" });
  });

  test("gives a row without an action the default one", async () => {
    const cloud = updating(rowOf({ action: null }));
    await createHeatOperator(cloud.options).deployments.update(rowId, { config_id: "c2" });
    expect(put(cloud)).toEqual({ config_id: "c2", action: "CREATE" });
  });

  test.each(["in_progress", "BOGUS", "", "toString"])("to the status %j is refused", async (status) => {
    const cloud = updating(rowOf());
    const { deployments } = createHeatOperator(cloud.options);
    expect(await failureOf(deployments.update(rowId, { status }))).toBeInstanceOf(InvalidInputError);
    expect(cloud.sent).toEqual([]);
  });
});

test.each(["..", "a/b", "", "a?b"])("the id %j goes into no path", async (id) => {
  const cloud = createScripted(() => undefined);
  const { configs, deployments } = createHeatOperator(cloud.options);
  for (const call of [
    () => configs.get(id),
    () => configs.delete(id),
    () => deployments.show(id),
    () => deployments.delete(id),
  ]) {
    expect(await failureOf((async () => call())())).toBeInstanceOf(InvalidInputError);
  }
  expect(cloud.sent).toEqual([]);
});

test("a body above the limit is not sent", async () => {
  const cloud = createScripted(() => undefined);
  const { configs } = createHeatOperator(cloud.options);
  expect(await failureOf(configs.create({ config: "x".repeat(1024 * 1024) }))).toBeInstanceOf(InvalidInputError);
  expect(cloud.sent).toEqual([]);
});

test("an error quotes no answer in full", async () => {
  const cloud = createScripted((_method, path) =>
    path.startsWith("/v3/") ? undefined : json(500, heatFault(500, "E", "x".repeat(9_000))),
  );
  const error = await failureOf(createHeatOperator(cloud.options).deployments.list());
  expect(error).toBeInstanceOf(RetryableError);
  expect(shown(error).length).toBeLessThan(4_000);
});
