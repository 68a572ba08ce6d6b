import { describe, expect, test } from "vitest";
import { appImage, boardImage, createFleet, groupId, requestFor, start, tenantId } from "./support.ts";

const root = `https://prod.core.sphere.azure.net/v2/tenants/${tenantId}`;

describe("the plan", () => {
  test.each([[[appImage]], [[appImage, boardImage]]])("is what a deployment of %j really calls", async (images) => {
    const fleet = createFleet();
    const request = requestFor(images);
    const plan = fleet.provider.plan(request);
    expect(fleet.sent).toEqual([]);
    await start(fleet, request);
    const planned = plan.map(({ method, url }) => `${method} ${new URL(url).pathname}`);
    expect(fleet.apiCalls().toSorted()).toEqual(planned.toSorted());
    expect(fleet.apiCalls().at(-1)).toBe(planned.at(-1));
    expect(fleet.emulator.requests()).toHaveLength(planned.length + 1);
  });

  test("names the one change with its body", () => {
    expect(createFleet().provider.plan(requestFor([appImage]))).toEqual([
      { method: "GET", url: `${root}/devicegroups/${groupId}`, changes: false },
      { method: "GET", url: `${root}/devicegroups/${groupId}/deployments`, changes: false },
      { method: "GET", url: `${root}/images/${appImage}/metadata`, changes: false },
      { method: "GET", url: `${root}/images/${appImage}/status`, changes: false },
      { method: "POST", url: `${root}/devicegroups/${groupId}/deployments`, body: [appImage], changes: true },
    ]);
  });
});
