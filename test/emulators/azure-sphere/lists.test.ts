import { describe, expect, it } from "vitest";
import { type DeploymentWire, Harness, ids, type ListWire, type Reply } from "./harness.ts";

async function withDeployments(count: number): Promise<Harness> {
  const harness = new Harness();
  for (let i = 0; i < count; i++) await harness.run(i % 2 === 0 ? [ids.app] : [ids.board]);
  return harness;
}

function next(harness: Harness, token: string, query = "?maxPageSize=2"): Promise<Reply<ListWire<DeploymentWire>>> {
  const path = `/devicegroups/${ids.group}/deployments${query}`;
  return harness.tenant(path, { headers: { "Sphere-Continuation": token } });
}

describe("lists", () => {
  it("pages with maxPageSize and Sphere-Continuation", async () => {
    const harness = await withDeployments(5);
    const sizes: number[] = [];
    const seen: string[] = [];
    let page = (await harness.history(ids.group, "?maxPageSize=2")).body;
    for (;;) {
      sizes.push(page.Items.length);
      seen.push(...page.Items.map(({ Id }) => Id));
      if (page.ContinuationToken === null) break;
      page = (await next(harness, page.ContinuationToken)).body;
    }
    expect(sizes).toEqual([2, 2, 1]);
    expect(seen).toEqual(harness.emulator.state.deployments(ids.group).map(({ id }) => id));
  });

  it("ends with null when the last page is full", async () => {
    const harness = await withDeployments(4);
    const first = (await harness.history(ids.group, "?maxPageSize=2")).body;
    const second = (await next(harness, first.ContinuationToken ?? "")).body;
    expect(second.Items).toHaveLength(2);
    expect(second.ContinuationToken).toBeNull();
  });

  it("answers the same page again for the same token", async () => {
    const harness = await withDeployments(3);
    const { ContinuationToken } = (await harness.history(ids.group, "?maxPageSize=2")).body;
    const once = (await next(harness, ContinuationToken ?? "")).body;
    expect((await next(harness, ContinuationToken ?? "")).body).toEqual(once);
  });

  it("keeps the pages of one listing together while deployments are added", async () => {
    const harness = await withDeployments(3);
    harness.emulator.configure({ listOrder: "newest-first" });
    const before = harness.emulator.state.deployments(ids.group).map(({ id }) => id);
    const first = (await harness.history(ids.group, "?maxPageSize=2")).body;
    await harness.run();
    const second = (await next(harness, first.ContinuationToken ?? "")).body;
    expect([...first.Items, ...second.Items].map(({ Id }) => Id)).toEqual(before.toReversed());
  });

  it("refuses an unknown token, another list's token and a bad page size", async () => {
    const harness = await withDeployments(3);
    expect((await next(harness, "made-up")).status).toBe(400);
    const { ContinuationToken } = (await harness.history(ids.group, "?maxPageSize=2")).body;
    const headers = { "Sphere-Continuation": ContinuationToken ?? "" };
    expect((await harness.tenant("/images", { headers })).status).toBe(400);
    for (const size of ["0", "-1", "two", ""]) {
      expect((await harness.history(ids.group, `?maxPageSize=${size}`)).status).toBe(400);
    }
  });

  it("bounds the page size by the settings", async () => {
    const harness = await withDeployments(3);
    harness.emulator.configure({ pageSize: 1 });
    expect((await harness.history()).body.Items).toHaveLength(1);
    expect((await harness.history(ids.group, "?maxPageSize=100")).body.Items).toHaveLength(1);
  });

  it("returns items newest first or in a shuffled order that the seed decides", async () => {
    const harness = await withDeployments(8);
    const oldestFirst = (await harness.history()).body.Items;
    harness.emulator.configure({ listOrder: "newest-first" });
    expect((await harness.history()).body.Items).toEqual(oldestFirst.toReversed());
    harness.emulator.configure({ listOrder: "shuffled" });
    const shuffled = (await harness.history()).body.Items;
    const ordered = [oldestFirst, oldestFirst.toReversed()];
    expect(ordered.map((items) => JSON.stringify(items))).not.toContain(JSON.stringify(shuffled));
    expect(new Set(shuffled.map(({ Id }) => Id))).toEqual(new Set(oldestFirst.map(({ Id }) => Id)));
    const other = await withDeployments(8);
    other.emulator.configure({ listOrder: "shuffled" });
    expect((await other.history()).body.Items).toEqual(shuffled);
  });

  it("repeats the token of the last page when told to", async () => {
    const harness = await withDeployments(3);
    harness.emulator.configure({ lastPageToken: "repeated" });
    const { ContinuationToken } = (await harness.history(ids.group, "?maxPageSize=2")).body;
    expect(ContinuationToken).not.toBeNull();
    expect((await next(harness, ContinuationToken ?? "")).body.ContinuationToken).toBe(ContinuationToken);
  });

  it("pages device groups and images too", async () => {
    const harness = new Harness();
    const groups = await harness.tenant<ListWire<{ Id: string }>>("/devicegroups?maxPageSize=1");
    expect(groups.body.Items.map(({ Id }) => Id)).toEqual([ids.group]);
    expect(groups.body.ContinuationToken).toEqual(expect.any(String));
    const images = await harness.tenant<ListWire<{ Id: string }>>("/images?maxPageSize=3");
    expect(images.body.Items).toHaveLength(3);
    expect(images.body.ContinuationToken).toEqual(expect.any(String));
  });
});
