import { describe, expect, test } from "vitest";
import { demoIds } from "../../emulators/azure-sphere/index.ts";
import { request } from "../functions/harness.ts";
import { type Desk, desk } from "./harness.ts";

async function submitted(
  { run, write }: Desk,
  id: string,
  data: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const { json } = await run(["submit", write(`${id}.json`, request(id, {}, data)), "--json"]);
  return String(json[0]?.["operation"]);
}

describe("drover submit", () => {
  test("accepts a file and says that nothing runs", async () => {
    const { run } = desk();
    const { code, out, err } = await run(["submit", "a.json"]);
    expect(code).toBe(0);
    expect(out).toMatch(/^accepted {2}[a-z2-7]{52}\n$/);
    expect(err).toBe("Nothing runs until drover start.\n");
  });

  test("prints one object with --json, and the same operation for a repeat", async () => {
    const { run } = desk();
    const first = await run(["submit", "a.json", "--json"]);
    expect(first.json).toMatchObject([{ status: "accepted", working: false }]);
    expect(first.err).toBe("");
    const second = await run(["--json", "submit", "-"], { input: JSON.stringify(request("a")) });
    expect(second.json).toMatchObject([{ status: "duplicate", operation: first.json[0]?.["operation"] }]);
  });

  test("waits with --wait, carrying it out itself, and exits 0 when it succeeded", async () => {
    const { run } = desk();
    const { code, out } = await run(["submit", "a.json", "--wait"]);
    expect(code).toBe(0);
    expect(out).toMatch(/intent-written/);
    expect(out).toMatch(/succeeded after/);
  });

  test("prints the operation with --wait --json", async () => {
    const { run } = desk();
    expect((await run(["submit", "a.json", "--wait", "--json"])).json).toMatchObject([
      { state: "ended", outcome: "succeeded" },
    ]);
  });

  test("exits 1 when it ended otherwise", async () => {
    const { run, write } = desk();
    const file = write("f.json", request("f", {}, { deviceGroupId: demoIds.groups.failing }));
    const { code, out } = await run(["submit", file, "--wait"]);
    expect(code).toBe(1);
    expect(out).toMatch(/failed after .*InternalServerError/);
  });

  test("prints the exact calls with --dry-run, and sends nothing", async () => {
    const { run, emulator } = desk();
    const { code, out } = await run(["submit", "a.json", "--dry-run"]);
    expect(code).toBe(0);
    expect(out).toMatch(/^POST http:\/\/127\.0\.0\.1:9\/v2\/.*deployments {2}<- changes something$/m);
    expect(out).toContain(`["${demoIds.images.app}"]`);
    expect(emulator.requests()).toEqual([]);
    expect((await run(["operations", "list", "--json"])).json).toEqual([{ operations: [] }]);
  });

  test.each([
    ["a file that is not there", ["submit", "none.json"], /got ENOENT: name a file that holds one/],
    ["text that is not JSON", ["submit", "-"], /not JSON/],
  ])("exits 2 for %s", async (_, args, message) => {
    const { code, err, out } = await desk().run(args, { input: "{" });
    expect(code).toBe(2);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/\n\s+at /);
    expect(out).toBe("");
  });

  test("gives each problem of a request a line", async () => {
    const { run, write } = desk();
    const file = write("bad.json", request("bad", {}, { images: [], deadline: "soon" }));
    const { code, err } = await run(["submit", file]);
    expect(code).toBe(2);
    expect(err.split("\n").filter((line) => line.startsWith("  - "))).toHaveLength(2);
    const asJson = await run(["submit", file, "--json"]);
    expect(JSON.parse(asJson.err)).toMatchObject({ error: { code: "invalid-request", exitCode: 2 } });
  });

  test("exits 4 for a key that was used for other content", async () => {
    const { run, write } = desk();
    await run(["submit", "a.json"]);
    const { code, err } = await run(["submit", write("b.json", request("a", {}, { labels: {} }))]);
    expect(code).toBe(4);
    expect(err).toMatch(/id of its own/);
  });
});

describe("drover watch", () => {
  test("follows one operation until it has ended", async () => {
    const all = desk();
    const id = await submitted(all, "a");
    const { code, json } = await all.run(["watch", id.slice(0, 12), "--json"]);
    expect(code).toBe(0);
    expect(json[0]).toMatchObject({ kind: "entry", what: "accepted", operation: id });
    expect(json.at(-1)).toMatchObject({ kind: "operation", operation: { outcome: "succeeded" } });
  });

  test("follows all of them, and exits 1 unless all succeeded", async () => {
    const all = desk();
    await submitted(all, "a");
    await submitted(all, "f", { deviceGroupId: demoIds.groups.failing });
    const { code, out, err } = await all.run(["watch"]);
    expect(code).toBe(1);
    expect(out).toMatch(/succeeded after/);
    expect(out).toMatch(/failed after/);
    expect(err).toMatch(/carrying on what is queued, here/);
  });

  test("exits 4 for an id that nobody knows", async () => {
    expect((await desk().run(["watch", "aaaaaaaaaaaa"])).code).toBe(4);
  });
});

describe("drover operations", () => {
  test("list shows a table that fits the terminal, and is not cut without one", async () => {
    const all = desk();
    await submitted(all, "f", { deviceGroupId: demoIds.groups.failing });
    await all.run(["watch"]);
    const wide = await all.run(["operations", "list"]);
    expect(wide.out).toMatch(/^ID +STATE +AGE +CONNECTION +REQUEST +REMARK$/m);
    expect(wide.out).toMatch(/submit it again later$/m);
    for (const columns of [120, 80, 40, 10]) {
      const { out } = await all.run(["operations", "list"], { columns, variables: { NO_COLOR: "1" } });
      expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(columns);
      expect(out.trimEnd().split("\n")).toHaveLength(2);
    }
  });

  test("list colours a terminal, and nothing with NO_COLOR or without one", async () => {
    const all = desk();
    await submitted(all, "a");
    await all.run(["watch"]);
    const colour = "\u001b[";
    expect((await all.run(["operations", "list"], { columns: 100 })).out).toContain(`${colour}32msucceeded`);
    expect((await all.run(["operations", "list"], { columns: 100, variables: { NO_COLOR: "1" } })).out).not.toContain(
      colour,
    );
    expect((await all.run(["operations", "list"])).out).not.toContain(colour);
  });

  test("list takes filters and pages", async () => {
    const all = desk();
    for (const id of ["a", "b", "c"]) await submitted(all, id, { labels: { name: id } });
    expect((await all.run(["operations", "list", "--label", "name=b", "--json"])).json).toMatchObject([
      { operations: [{ request: { id: "b" } }] },
    ]);
    const { out, err } = await all.run(["operations", "list", "--limit", "2"]);
    expect(out.trimEnd().split("\n")).toHaveLength(3);
    const cursor = /--cursor (\S+)/.exec(err)?.[1] ?? "";
    expect((await all.run(["operations", "list", "--cursor", cursor, "--json"])).json).toMatchObject([
      { operations: [{ request: { id: "a" } }] },
    ]);
    for (const wrong of [
      ["--state", "x"],
      ["--limit", "x"],
      ["--limit", "0"],
    ]) {
      expect((await all.run(["operations", "list", ...wrong])).code).toBe(2);
    }
  });

  test("show and history print fields and entries", async () => {
    const all = desk();
    const id = await submitted(all, "a");
    const show = await all.run(["operations", "show", id]);
    expect(show.out).toMatch(new RegExp(`^id +${id}$`, "m"));
    expect(show.out).toMatch(/^requested by +cli:ada$/m);
    expect((await all.run(["operations", "show", id, "--json"])).json).toMatchObject([{ id, state: "active" }]);
    expect((await all.run(["operations", "history", id])).out).toMatch(/accepted +from cli:ada/);
    expect((await all.run(["operations", "history", id, "--json"])).json).toMatchObject([
      { operation: id, history: [{ what: "accepted" }] },
    ]);
  });

  test("cancel and resolve say what they did, or exit 4", async () => {
    const all = desk();
    const id = await submitted(all, "a");
    const cancel = await all.run(["operations", "cancel", id, "--note", "wrong"]);
    expect([cancel.code, cancel.out]).toEqual([0, expect.stringMatching(/Cancel asked for/)]);
    expect((await all.run(["operations", "cancel", id, "--json"])).json).toEqual([
      { operation: id, cancel: "already" },
    ]);
    const resolve = await all.run(["operations", "resolve", id, "--as", "failed", "--note", "x"]);
    expect([resolve.code, resolve.err]).toEqual([4, expect.stringMatching(/with the outcome unknown/)]);
    expect((await all.run(["operations", "resolve", id, "--as", "failed"])).code).toBe(2);
  });
});

describe("drover explain", () => {
  test("says what has happened and who acts next", async () => {
    const all = desk();
    const id = await submitted(all, "a");
    const { out, err } = await all.run(["explain", id]);
    expect(out).toMatch(/^At start-deployment for/);
    expect(out).toMatch(/accepted +from cli:ada/);
    expect(out).toMatch(new RegExp(`drover operations cancel ${id}`));
    expect(err).toBe("Nothing runs until drover start.\n");
    expect((await all.run(["explain", id, "--json"])).json).toMatchObject([
      { operation: id, acts: { who: "drover" }, working: false },
    ]);
  });
});

describe("drover connections", () => {
  test("are listed, paused, resumed and checked", async () => {
    const { run, emulator } = desk();
    expect((await run(["connections", "list"])).out).toMatch(/^sphere +azure-sphere +open/m);
    expect((await run(["connections", "pause", "sphere", "--note", "x"])).out).toBe("Connection sphere is paused.\n");
    expect((await run(["connections", "list"])).out).toMatch(/paused by cli:ada/);
    expect((await run(["connections", "resume", "sphere", "--json"])).json).toMatchObject([{ name: "sphere" }]);
    expect((await run(["connections", "pause", "other"])).code).toBe(4);
    const good = await run(["connections", "check"]);
    expect([good.code, good.out]).toEqual([0, expect.stringMatching(/ok {5}login/)]);
    emulator.addFault({ kind: "status", status: 403, path: "/v2/*" });
    const bad = await run(["connections", "check", "sphere", "--json"]);
    expect([bad.code, bad.json]).toMatchObject([1, [{ ok: false, connections: [{ connection: "sphere" }] }]]);
  });
});

describe("drover events", () => {
  test("prints lines, or one object a line with --json", async () => {
    const all = desk();
    const id = await submitted(all, "a");
    await submitted(all, "b");
    expect((await all.run(["events"])).out.trimEnd().split("\n")).toHaveLength(2);
    const { json } = await all.run(["events", "--json"]);
    expect(json).toMatchObject([{ event: { subject: id } }, { event: { type: "drover.operation.accepted" } }]);
    expect((await all.run(["events", "--json", "--after", String(json[0]?.["position"])])).json).toHaveLength(1);
    expect((await all.run(["events", "--json", "--operation", id])).json).toHaveLength(1);
    expect((await all.run(["events", "--after", "x"])).code).toBe(2);
  });

  test("follows until interrupted", async () => {
    const all = desk();
    await submitted(all, "a");
    const signals: { listener?: (signal: string) => void } = {};
    const onOut = (text: string) => {
      if (text.includes("succeeded")) signals.listener?.("SIGINT");
    };
    const { code, out } = await all.run(["events", "--follow"], { signals, onOut });
    expect(code).toBe(0);
    expect(out).toMatch(/accepted[\s\S]*started[\s\S]*succeeded/);
  });
});

describe("drover dead-letters", () => {
  test("says that there are none, and exits 4 for an unknown one", async () => {
    const { run } = desk();
    expect((await run(["dead-letters", "list"])).out).toBe("No dead letters.\n");
    expect((await run(["dead-letters", "list", "--json"])).json).toEqual([{ deadLetters: [] }]);
    expect((await run(["dead-letters", "show", "x"])).code).toBe(4);
    expect((await run(["dead-letters", "redrive", "x"])).code).toBe(4);
  });
});

describe("drover vault", () => {
  test("stores from stdin, lists names and removes", async () => {
    const { run } = desk();
    const put = await run(["vault", "put", "sp"], { input: "s3cret\n" });
    expect([put.code, put.out]).toEqual([0, "Stored. Write vault:sp where it is needed.\n"]);
    expect((await run(["vault", "list", "--json"])).json).toEqual([{ names: ["sp"] }]);
    expect((await run(["vault", "put", "sp"], { input: "\n" })).code).toBe(2);
    expect((await run(["vault", "remove", "sp"])).code).toBe(0);
    expect((await run(["vault", "remove", "sp"])).code).toBe(4);
  });
});
