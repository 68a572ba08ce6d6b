import { describe, expect, test } from "vitest";
import { heatRequest, ids, serverAt } from "../functions/heat-harness.ts";
import { heatDesk } from "./heat-harness.ts";

const servers = [serverAt(0), serverAt(1), ids.failingServer];

describe("a request for several servers", () => {
  test("is watched with a line for each server that ends, and exits 1 unless all succeeded", async () => {
    const slow = { id: serverAt(1), runMs: 2_600 };
    const all = heatDesk("openstack", {
      servers: servers.map((server) => (server === slow.id ? slow : { id: server })),
    });
    const id = await all.submitted("a", servers);
    const { code, out } = await all.run(["watch", id]);
    expect(code).toBe(1);
    for (const server of servers) expect(out.match(new RegExp(`  ${server}`, "g"))).toHaveLength(1);
    expect(out).toMatch(new RegExp(`failed +${ids.failingServer}  The server reported FAILED`));
    expect(out.trimEnd().split("\n").at(-1)).toMatch(
      /partially-succeeded after .*: 3 of 3 ended: 2 succeeded, 1 failed/,
    );
  });

  test("is watched with an object for each server with --json", async () => {
    const all = heatDesk();
    const id = await all.submitted("a", [serverAt(0), serverAt(1)]);
    const { code, json } = await all.run(["watch", id, "--json"]);
    expect(code).toBe(0);
    const children = json.filter(({ kind }) => kind === "child");
    expect(children).toHaveLength(2);
    expect(children).toMatchObject([
      { operation: { parent: id, outcome: "succeeded" } },
      { operation: { parent: id } },
    ]);
    expect(json.at(-1)).toMatchObject({ kind: "operation", operation: { id, outcome: "succeeded" } });
  });

  test("is shown with the servers that did not succeed, and why", async () => {
    const all = heatDesk();
    const id = await all.submitted("a", servers);
    await all.run(["watch"]);
    const { out } = await all.run(["operations", "show", id]);
    expect(out).toMatch(/^parts +3 of 3 ended: 2 succeeded, 1 failed$/m);
    expect(out).toMatch(new RegExp(`^[a-z2-7]{12}  failed +${ids.failingServer}  The server reported FAILED`, "m"));
    expect(out).not.toMatch(new RegExp(`succeeded +${serverAt(0)}`));
    const { json } = await all.run(["operations", "show", id, "--json"]);
    expect(json).toMatchObject([{ id, children: { total: 3 }, unsuccessful: [{ outcome: "failed", parent: id }] }]);
    const [failed] = (json[0]?.["unsuccessful"] ?? []) as { id: string }[];
    expect((await all.run(["operations", "show", failed?.id ?? ""])).out).toMatch(new RegExp(`^part of +${id}$`, "m"));
  });

  test("shows twenty of them, and how to see the others", async () => {
    const outcomes = [{ serverId: ids.stuckServer, result: "stuck" }, { result: "failed" }] as const;
    const all = heatDesk("openstack", { outcomes });
    const many = [...ids.servers.slice(0, 20), ids.stuckServer];
    const id = await all.submitted("a", many, { deadline: "PT3S", cleanUp: "always" });
    await all.run(["watch", id]);
    const { code, out, err } = await all.run(["operations", "show", id]);
    expect(code).toBe(0);
    expect(out.match(/^[a-z2-7]{12} {2}failed/gm)).toHaveLength(20);
    expect(err).toMatch(
      new RegExp(
        `20 of 21 \\(20 failed, 1 timed-out\\): drover operations list --parent ${id.slice(0, 12)} --outcome failed`,
      ),
    );
    const { json } = await all.run(["operations", "list", "--parent", id.slice(0, 12), "--json"]);
    expect(json).toMatchObject([{ operations: { length: 21 } }]);
  });

  test("is explained with its parts, and a part with what it belongs to", async () => {
    const all = heatDesk();
    const id = await all.submitted("a", servers);
    await all.run(["watch", id]);
    const parent = await all.run(["explain", id]);
    expect(parent.out).toMatch(/^parts +3 of 3 ended: 2 succeeded, 1 failed$/m);
    expect(parent.out).toContain(`drover operations list --parent ${id} --outcome failed`);
    const { json } = await all.run(["operations", "list", "--parent", id, "--outcome", "failed", "--json"]);
    const [child] = (json[0]?.["operations"] ?? []) as { id: string }[];
    const part = await all.run(["explain", child?.id ?? ""]);
    expect(part.out).toMatch(new RegExp(`^part of +${id}$`, "m"));
    expect(part.out).toContain(`  drover explain ${id}`);
  });

  test("is planned as its first part would begin", async () => {
    const all = heatDesk();
    const { code, out } = await all.run(["submit", all.write("a.json", heatRequest("a", servers)), "--dry-run"]);
    expect([code, out]).toEqual([0, expect.stringMatching(/^Makes 3 operations, one for each target/m)]);
    const planned = /"name":"drover-([a-z2-7]{52})"/.exec(out)?.[1];
    await all.run(["submit", "a.json"]);
    await all.run(["watch"]);
    const { json } = await all.run(["operations", "list", "--json"]);
    expect(JSON.stringify(json)).toContain(`"id":"${planned}"`);
    expect(out).not.toMatch(/temp_url_sig/);
  });

  test("lists its parts by their servers", async () => {
    const all = heatDesk();
    const id = await all.submitted("a", servers);
    await all.run(["watch", id]);
    const parts = await all.run(["operations", "list", "--parent", id]);
    expect(parts.out).toMatch(new RegExp(` heat +${serverAt(0)} `));
    expect((await all.run(["operations", "list"])).out).toContain(`${id.slice(0, 12)}/${serverAt(0)}`);
  });
});
