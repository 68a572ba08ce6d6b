import { describe, expect, test } from "vitest";
import { againIdOf } from "../../cli/request-again.ts";
import { request } from "../functions/harness.ts";
import { desk } from "./harness.ts";

const again = /^a\/again-[0-9a-f]{8}$/;

async function submitted(
  data: Readonly<Record<string, unknown>> = {},
  changes: Readonly<Record<string, unknown>> = {},
) {
  const all = desk();
  const { json } = await all.run(["submit", all.write("a.json", request("a", changes, data)), "--wait", "--json"]);
  return { ...all, first: json[0] ?? {}, id: String(json[0]?.["id"]) };
}

describe("drover submit --again", () => {
  test("asks for the same once more, under an id of its own", async () => {
    const { run, first, id, emulator } = await submitted({ deadline: "PT45M" }, { subject: "dock 1" });
    const { code, json } = await run(["submit", "--again", id.slice(0, 12), "--wait", "--json"]);
    expect(code).toBe(0);
    const second = json[0] ?? {};
    expect(second["id"]).not.toBe(id);
    expect(second["request"]).toEqual({
      ...(first["request"] as object),
      id: expect.stringMatching(again),
      deadline: "PT2700S",
      subject: "dock 1",
    });
    for (const field of ["connection", "labels", "fields"]) expect(second[field]).toEqual(first[field]);
    const creates = emulator
      .requests()
      .filter(({ method, path }) => method === "POST" && path.endsWith("/deployments"));
    expect(creates).toHaveLength(2);
  });

  test("says what it does, and to programs too", async () => {
    const { run, id } = await submitted();
    const { code, out, err } = await run(["submit", "--again", id]);
    expect([code, out]).toEqual([0, expect.stringMatching(/^accepted {2}\w{52}\n$/)]);
    expect(err).toMatch(
      new RegExp(`^As ${id.slice(0, 12)} was asked for, from /test, under the id a/again-[0-9a-f]{8}$`, "m"),
    );
    expect(err).not.toMatch(/still active/);
    const { json } = await run(["submit", "--again", id, "--json"]);
    expect(json[0]).toMatchObject({
      status: "accepted",
      again: { of: id, source: "/test", id: expect.stringMatching(again) },
    });
  });

  test("--dry-run sends nothing", async () => {
    const { run, id } = await submitted();
    const { code, out } = await run(["submit", "--again", id, "--dry-run"]);
    expect([code, out]).toEqual([0, expect.stringMatching(/Nothing was sent/)]);
    const { json } = await run(["operations", "list", "--json"]);
    expect(json[0]?.["operations"]).toHaveLength(1);
  });

  test("warns of one that is still active", async () => {
    const { run, write } = desk();
    const { json } = await run(["submit", write("a.json", request("a")), "--json"]);
    const { err } = await run(["submit", "--again", String(json[0]?.["operation"])]);
    expect(err).toMatch(/still active: both are carried out/);
  });

  test("wants a file or an operation, and one that is there", async () => {
    const { run } = desk();
    expect((await run(["submit"])).code).toBe(2);
    expect((await run(["submit", "a.json", "--again", "b".repeat(52)])).code).toBe(2);
    expect((await run(["submit", "--again", "b".repeat(52)])).code).toBe(4);
  });
});

describe("the id", () => {
  test("does not grow from one time to the next, and is as long as ids may be", () => {
    expect(againIdOf("a", "01234567")).toBe("a/again-01234567");
    expect(againIdOf("a/again-89abcdef", "01234567")).toBe("a/again-01234567");
    expect(againIdOf("x".repeat(256), "01234567")).toBe(`${"x".repeat(241)}/again-01234567`);
    const halved = againIdOf(`${"x".repeat(240)}😀${"x".repeat(14)}`, "01234567");
    expect([halved.isWellFormed(), halved.length]).toEqual([true, 255]);
  });
});
