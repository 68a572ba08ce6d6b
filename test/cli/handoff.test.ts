import { readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { listenHttp } from "../../cli/http-listener.ts";
import { sha256Hex } from "../../lib/contracts/identifiers.ts";
import { openFixture } from "../functions/harness.ts";
import { desk, openDesk } from "./harness.ts";
import {
  archiveOf,
  panoramaConnection,
  panoramaDesk,
  panoramaSecrets,
  provisioning,
  quickPanorama,
} from "./panorama-harness.ts";

const modeOf = (file: string) => (statSync(file).mode & 0o777).toString(8);

describe("drover handoff ready", () => {
  test("waits until it is minted, and says what there is and how to fetch it", async () => {
    const { submitted, handoff, minted } = panoramaDesk();
    const id = await submitted("cam-1");
    const { code, out, err } = await handoff(["ready", id.slice(0, 12), "--note", "at the gate"]);
    expect(code).toBe(0);
    const { archive } = minted("cam-1");
    expect(out).toContain(`file        ${archiveOf("cam-1")}\n`);
    expect(out).toContain(`size        ${archive.byteLength.toLocaleString("en")} bytes\n`);
    expect(out).toContain(`SHA-256     ${sha256Hex(archive)}\n`);
    expect(out).toMatch(/what to do {2}Save it under the name that it has/);
    expect(out).toContain(`fetch it    drover handoff fetch ${id} --out ${archiveOf("cam-1")}\n`);
    expect(out).toMatch(/^4 min 5\d s left to fetch it and to use it$/m);
    expect(err).toMatch(/carrying on what is queued, here/);
    const again = await handoff(["ready", id, "--json"]);
    expect(again.json).toEqual([
      expect.objectContaining({ operation: id, phase: "offered", bytes: archive.byteLength }),
    ]);
    expect(again.json[0]?.["fetch"]).toBe(`drover handoff fetch ${id} --out ${archiveOf("cam-1")}`);
    expect(out + err + again.out).not.toMatch(/PRIVATE KEY|PK/);
  });

  test("--no-wait returns before anything is made", async () => {
    const { submitted, handoff, emulator, run } = panoramaDesk();
    const id = await submitted("cam-1");
    await run(["connections", "pause", "panorama"]);
    await settledTo(run, id, "ready-to-mint");
    const first = await handoff(["ready", id, "--no-wait", "--json"]);
    expect([first.code, first.json]).toEqual([0, [{ operation: id, ready: "ready", working: false }]]);
    const second = await handoff(["ready", id, "--no-wait"]);
    expect([second.code, second.out]).toEqual([0, expect.stringMatching(/^It was noted before: drover handoff show/)]);
    expect(emulator.calls("ProvisionDevice")).toBe(0);
  });

  test("says why nothing is minted, and exits 1", async () => {
    const taken = panoramaDesk();
    const one = await taken.submitted("cam-1");
    await settledTo(taken.run, one, "ready-to-mint");
    taken.emulator.otherWriter.write({ kind: "provision", name: "cam-1" });
    const conflict = await taken.handoff(["ready", one]);
    expect([conflict.code, conflict.out]).toEqual([1, ""]);
    expect(conflict.err).toMatch(/ended as failed \(Expected no device named cam-1 that others have made/);

    const full = panoramaDesk({ deviceQuota: 3 });
    const quota = await full.handoff(["ready", await full.submitted("cam-1"), "--json"]);
    expect(quota.code).toBe(1);
    expect(JSON.parse(quota.err)).toMatchObject({ error: { code: "quota", exitCode: 1 } });
    expect(quota.err).toMatch(/delete devices that nobody uses any more/);
  });

  test("exits 4 for what hands nothing over, now or at all", async () => {
    const { run } = desk();
    const { json } = await run(["submit", "a.json", "--json"]);
    const other = await run(["handoff", "ready", String(json[0]?.["operation"])]);
    expect([other.code, other.err]).toEqual([4, expect.stringMatching(/drover\.azure-sphere\.deploy/)]);

    const panorama = panoramaDesk();
    const id = await panorama.submitted("cam-1");
    await settledTo(panorama.run, id, "ready-to-mint");
    await panorama.run(["operations", "cancel", id]);
    const cancelled = await panorama.handoff(["ready", id, "--no-wait"]);
    expect([cancelled.code, cancelled.err]).toEqual([4, expect.stringMatching(/being cancelled/)]);
    await panorama.run(["watch", id]);
    const ended = await panorama.handoff(["ready", id]);
    expect([ended.code, ended.err]).toEqual([4, expect.stringContaining(`drover submit --again ${id}`)]);
    expect((await panorama.handoff(["ready", "b".repeat(52)])).code).toBe(4);
  });

  test("shows what holds it up, and leaves the word standing when it is interrupted", async () => {
    const { submitted, handoff, run, emulator } = panoramaDesk();
    const id = await submitted("cam-1");
    await settledTo(run, id, "ready-to-mint");
    await run(["connections", "pause", "panorama", "--note", "change freeze"]);
    const signals: { listener?: (signal: string) => void } = {};
    const waiting = handoff(["ready", id], { signals });
    await expect.poll(async () => (await handoff(["show", id, "--json"])).out, { timeout: 10_000 }).toMatch(/"paused"/);
    signals.listener?.("SIGINT");
    const { code, err } = await waiting;
    expect([code, err]).toEqual([130, expect.stringMatching(/your word stands/)]);
    expect(err).toMatch(/… it is .*minted: .*paused/);
    expect(emulator.calls("ProvisionDevice")).toBe(0);
    await run(["connections", "resume", "panorama"]);
    const later = await handoff(["ready", id, "--json"]);
    expect(later.json[0]).toMatchObject({ phase: "offered" });
  });
});

describe("the countdown", () => {
  /** Time that stands still until it is moved. */
  function standing() {
    let now = 0;
    const ticks = new Set<() => void>();
    return {
      ticks,
      clock: {
        monotonicMs: () => now,
        every(_: number, tick: () => void) {
          ticks.add(tick);
          return () => void ticks.delete(tick);
        },
      },
      pass(ms: number) {
        now += ms;
        for (const tick of ticks) tick();
      },
    };
  }

  test("is one line that is written anew, until somebody has fetched it", async () => {
    const { submitted, handoff } = panoramaDesk();
    const id = await submitted("cam-1");
    const { clock, ticks, pass } = standing();
    let out = "";
    const options = {
      clock,
      columns: 100,
      variables: { NO_COLOR: "1" },
      onOut: (text: string) => {
        out += text;
      },
    };
    const counting = handoff(["ready", id], options);
    await expect.poll(() => ticks.size, { timeout: 10_000 }).toBe(1);
    const [, minutes, seconds] = /(\d+) min (\d+) s left/.exec(out) ?? [];
    const left = Number(minutes) * 60 + Number(seconds);
    expect(left).toBeGreaterThan(280);
    pass(60_000);
    pass(61_000);
    const lines = [left - 60, left - 121].map(
      (s) => `${Math.floor(s / 60)} min ${s % 60} s left to fetch it and to use it\n`,
    );
    expect(out.endsWith(lines.map((line) => `\u001b[1A\u001b[J${line}`).join(""))).toBe(true);
    expect(out.replaceAll("\u001b[1A\u001b[J", "")).not.toContain("\u001b");
    pass(1_000_000);
    expect(out.endsWith("\u001b[J0 s left to fetch it and to use it\n")).toBe(true);
    expect((await handoff(["fetch", id, "--out", "."])).code).toBe(0);
    const { code } = await counting;
    expect(code).toBe(0);
    expect(out).toMatch(/cli:ada has fetched it, 4 min 5\d s before it dies: drover watch [a-z2-7]{12}\n$/);
    expect(ticks.size).toBe(0);
  });

  test("ends with Ctrl-C, and with an end of the operation", async () => {
    const { submitted, handoff, run } = panoramaDesk();
    const id = await submitted("cam-1");
    const [first, second] = [standing(), standing()];
    const signals: { listener?: (signal: string) => void } = {};
    const counting = handoff(["ready", id], { clock: first.clock, columns: 80, signals });
    await expect.poll(() => first.ticks.size, { timeout: 10_000 }).toBe(1);
    signals.listener?.("SIGINT");
    expect((await counting).code).toBe(0);
    const other = handoff(["ready", id], { clock: second.clock, columns: 80 });
    await expect.poll(() => second.ticks.size, { timeout: 10_000 }).toBe(1);
    await run(["operations", "cancel", id]);
    const ended = await other;
    expect([ended.code, ended.err]).toEqual([1, expect.stringMatching(/Expected something to fetch, got/)]);
    expect(second.ticks.size).toBe(0);
  });

  test("is a plain line elsewhere", async () => {
    const { submitted, handoff } = panoramaDesk();
    const { clock, ticks } = standing();
    const { code, out } = await handoff(["ready", await submitted("cam-1")], { clock });
    expect([code, ticks.size]).toEqual([0, 0]);
    expect(out).toMatch(/\n4 min 5\d s left to fetch it and to use it\n$/);
    expect(out).not.toContain("\u001b");
  });
});

describe("drover handoff fetch", () => {
  test("brings a device from a request to its end, and serves once", async () => {
    const { submitted, handoff, run, emulator, minted, folder } = panoramaDesk();
    const id = await submitted("cam-1");
    await settledTo(run, id, "ready-to-mint");
    const early = await handoff(["fetch", id, "--out", archiveOf("cam-1")]);
    expect([early.code, early.err]).toEqual([4, expect.stringMatching(/drover handoff ready/)]);
    await handoff(["ready", id]);
    const fetched = await handoff(["fetch", id, "--out", archiveOf("cam-1")]);
    expect([fetched.code, fetched.out]).toEqual([0, expect.stringMatching(/^left {8}4 min 5\d s$/m)]);
    expect(fetched.out).toMatch(/what to do {2}Save it/);
    expect(fetched.err).toBe("Nothing follows the device until drover start.\n");
    const file = join(folder, archiveOf("cam-1"));
    expect(modeOf(file)).toBe("600");
    const { id: deviceId, archive } = minted("cam-1");
    expect(readFileSync(file)).toEqual(Buffer.from(archive));
    const second = await handoff(["fetch", id, "--out", "second.zip", "--json"]);
    expect(second.code).toBe(4);
    expect(JSON.parse(second.err)).toMatchObject({ error: { code: "fetched-already", exitCode: 4 } });
    expect(emulator.appliance.plugIn({ archive: readFileSync(file), fileName: archiveOf("cam-1") })).toMatchObject({
      accepted: true,
    });
    expect((await run(["watch", id])).code).toBe(0);
    const shown = await run(["operations", "show", id]);
    expect(shown.out).toMatch(/^ready +cli:ada at 2/m);
    expect(shown.out).toMatch(/^fetched +by cli:ada at 2.*, with 4 min 5\d s left$/m);
    const after = await handoff(["fetch", id, "--out", "second.zip"]);
    expect([after.code, after.err]).toEqual([4, expect.stringContaining(`drover submit --again ${id}`)]);
    expect(emulator.state.provisioned("cam-1")).toBe(1);
    expect(deviceId).toMatch(/^device-/);
  });

  test("--ready says it, waits and fetches into a folder", async () => {
    const { submitted, handoff, folder, minted, files } = panoramaDesk();
    const id = await submitted("cam-1");
    const { code, json } = await handoff(["fetch", id, "--ready", "--out", ".", "--json"]);
    expect(code).toBe(0);
    const file = join(folder, archiveOf("cam-1"));
    const sha256 = sha256Hex(minted("cam-1").archive);
    expect(json).toEqual([expect.objectContaining({ operation: id, file, fileName: archiveOf("cam-1"), sha256 })]);
    expect(json[0]?.["secondsLeft"]).toBeGreaterThan(280);
    expect(sha256Hex(readFileSync(file))).toBe(sha256);
    expect(files()).toEqual(["cam-1.json", archiveOf("cam-1"), "drover.json"]);
  });

  test("takes what was minted without a word, and a new one after it was lost", async () => {
    const { submitted, handoff, emulator, folder, minted, run } = panoramaDesk();
    const id = await submitted("cam-1", { mint: "immediate" });
    await settledTo(run, id, "waiting");
    expect((await handoff(["fetch", id, "--out", "lost.zip"])).code).toBe(0);
    await settledTo(run, id, "poll-operation");
    const again = await handoff(["fetch", id, "--ready", "--out", "."]);
    expect(again.code).toBe(0);
    expect(again.err).toMatch(/… .*(looked after first|removed first)/);
    expect(readFileSync(join(folder, archiveOf("cam-1")))).toEqual(Buffer.from(minted("cam-1").archive));
    expect(emulator.state.provisioned("cam-1")).toBe(2);
    expect(emulator.state.devices("cam-1").filter(({ status }) => status !== "DELETING")).toHaveLength(1);
  }, 30_000);

  test("refuses an existing file before anything is asked for", async () => {
    const { submitted, handoff, write, emulator, folder } = panoramaDesk();
    const id = await submitted("cam-1");
    const file = write(archiveOf("cam-1"), "mine");
    symlinkSync("nowhere", join(folder, "link.zip"));
    for (const out of [archiveOf("cam-1"), "link.zip"]) {
      const { code, err } = await handoff(["fetch", id, "--ready", "--out", out]);
      expect([code, err]).toEqual([4, expect.stringMatching(/nothing was fetched.*--force/)]);
    }
    expect(emulator.calls("ProvisionDevice")).toBe(0);
    const inFolder = await handoff(["fetch", id, "--ready", "--out", "."]);
    expect([inFolder.code, inFolder.err]).toEqual([4, expect.stringMatching(/nothing was fetched/)]);
    expect(readFileSync(file, "utf8")).toBe("mine");
    const forced = await handoff(["fetch", id, "--ready", "--out", ".", "--force"]);
    expect(forced.code).toBe(0);
    expect([modeOf(file), readFileSync(file).subarray(0, 2).toString()]).toEqual(["600", "PK"]);
    expect(emulator.state.provisioned("cam-1")).toBe(1);
  });

  test("refuses what cannot be written before anything is fetched", async () => {
    const { submitted, handoff, emulator } = panoramaDesk();
    const id = await submitted("cam-1");
    for (const out of ["no-such-folder/a.zip", `${"a".repeat(300)}.zip`]) {
      const { code, err } = await handoff(["fetch", id, "--ready", "--out", out]);
      expect([code, err]).toEqual([2, expect.stringMatching(/nothing was fetched/)]);
    }
    expect(emulator.calls("ProvisionDevice")).toBe(0);
  });

  test("warns of a name that the appliance does not take", async () => {
    const { submitted, handoff } = panoramaDesk();
    const { code, err } = await handoff(["fetch", await submitted("cam-1"), "--ready", "--out", "cam.zip"]);
    expect([code, err]).toEqual([0, expect.stringContaining(`warning  It has to be called ${archiveOf("cam-1")}`)]);
  });

  test("writes to a pipe and to no terminal", async () => {
    const { submitted, handoff, emulator, minted, files } = panoramaDesk();
    const id = await submitted("cam-1");
    const pieces: Uint8Array[] = [];
    const onBytes = (bytes: Uint8Array) => void pieces.push(bytes);
    const fetch = ["fetch", id, "--ready", "--out", "-"];
    expect((await handoff(fetch, { onBytes, columns: 80 })).code).toBe(2);
    expect((await handoff([...fetch, "--json"], { onBytes })).code).toBe(2);
    expect([pieces.length, emulator.calls("ProvisionDevice")]).toEqual([0, 0]);
    const { code, out, err } = await handoff(fetch, { onBytes });
    expect([code, out]).toEqual([0, ""]);
    expect(err).toMatch(/^left {8}4 min/m);
    expect(Buffer.concat(pieces)).toEqual(Buffer.from(minted("cam-1").archive));
    expect(files()).toEqual(["cam-1.json", "drover.json"]);
  });
});

describe("drover handoff show and list", () => {
  test("say how far each is, and what it waits for", async () => {
    const { submitted, handoff, run } = panoramaDesk();
    expect((await handoff(["list"])).out).toBe("Nothing is handed over now.\n");
    const [one, two, three] = [await submitted("cam-1"), await submitted("cam-2"), await submitted("cam-3")];
    await settledTo(run, three, "ready-to-mint");
    await handoff(["ready", one]);
    await handoff(["fetch", two, "--ready", "--out", "."]);
    const { out } = await handoff(["list"], { variables: { NO_COLOR: "1" } });
    const [head, ...rows] = out.trimEnd().split("\n");
    expect(head).toMatch(/^ID +FOR +CONNECTION +PHASE +LEFT +WAITS FOR$/);
    const rowOf = (name: string) => rows.find((row) => row.includes(name));
    expect(rowOf("cam-1")).toMatch(/^\w{12} {2}cam-1 +panorama +offered +4 min 5\d s +somebody who fetches it$/);
    expect(rowOf("cam-2")).toMatch(/^\w{12} {2}cam-2 +panorama +(following|offered) +\S/);
    expect(rowOf("cam-3")).toMatch(
      /^\w{12} {2}cam-3 +panorama +awaiting +somebody who stands ready \(ready-to-mint\)$/,
    );
    const [{ handoffs } = {}] = (await handoff(["list", "--json"])).json;
    expect(handoffs).toHaveLength(3);
    expect(handoffs).toContainEqual(expect.objectContaining({ subject: "cam-3", operation: three, phase: "awaiting" }));
    const shown = await handoff(["show", one]);
    expect(shown.out).toMatch(/^phase {7}offered$/m);
    expect(shown.out).toMatch(/^left {8}4 min 5\d s$/m);
    expect(shown.out).toMatch(/^ready {7}cli:ada at /m);
    expect((await handoff(["show", two, "--json"])).json[0]).toMatchObject({
      operation: two,
      fetched: { by: "cli:ada" },
    });
    expect((await handoff(["show", three])).out).toContain(`next        drover handoff ready ${three}`);
  }, 30_000);
});

describe("against a deployed system", () => {
  const tokens = { gate: "token-of-the-gate-installer", other: "token-of-another-installer" };
  const client = (token: string) => ({
    auth: { kind: "bearer", tokens: [`sha256:${sha256Hex(token)}`] },
    allow: { sources: ["*"], types: ["*"], connections: ["*"], actions: ["submit", "read", "pick-up"] },
  });

  test("an installer fetches over HTTP, and whom the request does not name is refused", async () => {
    const emulator = quickPanorama();
    const secrets = Object.fromEntries(Object.entries(panoramaSecrets).map(([name, value]) => [`env:${name}`, value]));
    const clients = { gate: client(tokens.gate), other: client(tokens.other) };
    const { host } = openFixture({ panorama: panoramaConnection }, (sent) => emulator.fetch(sent), secrets, {
      clients,
    });
    host.start();
    const listener = await listenHttp("127.0.0.1:0", (sent) => host.guarded.fetch(sent));
    onTestFinished(() => listener.close());
    const here = openDesk(async () => new Response(null, { status: 500 }), {});
    const run = (who: keyof typeof tokens, args: readonly string[]) =>
      here.run(["--url", listener.url, ...args], { variables: { DROVER_TOKEN: tokens[who] } });
    here.write("a.json", provisioning("cam-1", { installers: ["gate"] }));
    const id = String((await run("gate", ["submit", "a.json", "--json"])).json[0]?.["operation"]);
    await expect.poll(async () => (await run("gate", ["handoff", "show", id])).out).toMatch(/awaiting/);
    const refused = await run("other", ["handoff", "fetch", id, "--ready", "--out", "."]);
    expect([refused.code, refused.err]).toEqual([2, expect.stringMatching(/installers/)]);
    expect(emulator.calls("ProvisionDevice")).toBe(0);
    const fetched = await run("gate", ["handoff", "fetch", id, "--ready", "--out", "."]);
    expect([fetched.code, fetched.err]).toEqual([0, expect.not.stringMatching(/drover start/)]);
    const file = join(here.folder, archiveOf("cam-1"));
    expect(modeOf(file)).toBe("600");
    expect(emulator.appliance.plugIn({ archive: readFileSync(file) })).toMatchObject({ accepted: true });
    expect((await run("gate", ["watch", id])).code).toBe(0);
  });
});

/** Carries on until the operation waits for that, or is beyond it. */
async function settledTo(run: ReturnType<typeof panoramaDesk>["run"], id: string, code: string): Promise<void> {
  const signals: { listener?: (signal: string) => void } = {};
  const following = run(["events", "--follow"], { signals });
  const said = async () => (await run(["operations", "show", id, "--json"])).out;
  await expect.poll(said, { timeout: 20_000 }).toContain(`"${code}"`);
  signals.listener?.("SIGINT");
  await following;
}
