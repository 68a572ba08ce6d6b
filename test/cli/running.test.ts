import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readControl } from "../../cli/control-socket.ts";
import { type AzureSphereScenario, demoIds, demoScenario } from "../../emulators/azure-sphere/index.ts";
import { openLocalPlatform } from "../../lib/platforms/local/platform.ts";
import { request, silentLog, temporaryFolder } from "../functions/harness.ts";
import { configurationFor, desk, servedEmulator } from "./harness.ts";
import { Command, firstLine, ran } from "./processes.ts";

async function place(scenario?: AzureSphereScenario, folder = temporaryFolder()) {
  const served = await servedEmulator(scenario);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "secret.txt"), demoIds.clientSecret);
  writeFileSync(join(folder, "drover.json"), JSON.stringify(configurationFor(served.url, "file:./secret.txt")));
  writeFileSync(join(folder, "a.json"), JSON.stringify(request("a")));
  return { folder, ...served };
}

describe("a running drover start", () => {
  test("carries out what commands send over its socket, and stops gracefully", async () => {
    const { folder } = await place();
    const start = new Command(folder, ["start"]);
    await start.says("Ctrl-C ends it");
    expect(statSync(join(folder, "data/control.sock")).mode & 0o777).toBe(0o600);
    const submit = await ran(folder, ["submit", "a.json", "--wait"]);
    expect([submit.code, submit.err]).toEqual([0, ""]);
    expect(submit.out).toMatch(/succeeded after/);

    const second = await ran(folder, ["start"]);
    expect(second.code).toBe(5);
    expect(second.err).toMatch(/process \d+ holds/);

    start.child.kill("SIGTERM");
    const { code, err } = await start.finished();
    expect(code).toBe(0);
    const messages = err
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line).msg);
    expect(messages.at(-1)).toBe("stopped");
    expect(messages.join()).toMatch(/retires on 2027-09-27/);
    expect(existsSync(join(folder, "data/control.sock"))).toBe(false);
    expect(existsSync(join(folder, "data/control.json"))).toBe(false);
  });

  test("goes on after SIGKILL with what it had, and commands work without it meanwhile", async () => {
    const slow = { ...demoScenario(), settings: { notStartedMs: 300, inProgressMs: 1_500 } };
    const { folder, emulator } = await place(slow);
    const first = new Command(folder, ["start", "--json"]);
    await first.says("\n");
    const submit = await ran(folder, ["submit", "a.json", "--json"]);
    expect(firstLine(submit)).toMatchObject({ status: "accepted", working: true });
    await expect.poll(() => emulator.state.acceptedCreates()).toBe(1);
    first.child.kill("SIGKILL");
    await first.finished();
    const list = await ran(folder, ["operations", "list", "--json"]);
    expect([list.code, firstLine(list)]).toMatchObject([0, { operations: [{ state: "active" }] }]);
    const again = new Command(folder, ["start", "--json"]);
    await again.says("\n");
    const watch = await ran(folder, ["watch"]);
    expect([watch.code, watch.err]).toEqual([0, ""]);
    expect(emulator.state.acceptedCreates()).toBe(1);
    again.child.kill("SIGINT");
    expect((await again.finished()).code).toBe(0);
  });

  test("listens in a private folder where its own path is too long for a socket", async () => {
    const { folder } = await place(undefined, join(temporaryFolder(), "x".repeat(90)));
    const start = new Command(folder, ["start"]);
    await start.says("Ctrl-C ends it");
    const socket = readControl(join(folder, "data")) ?? "";
    expect(socket.startsWith(folder)).toBe(false);
    expect(statSync(join(socket, "..")).mode & 0o777).toBe(0o700);
    expect((await ran(folder, ["connections", "list"])).code).toBe(0);
    start.child.kill("SIGTERM");
    expect((await start.finished()).code).toBe(0);
    expect(existsSync(join(socket, ".."))).toBe(false);
  });

  test("ends at once on the second signal", async () => {
    const { folder, emulator } = await place();
    emulator.addFault({ kind: "silence", method: "POST", path: "*/deployments" });
    const start = new Command(folder, ["start"]);
    await start.says("Ctrl-C ends it");
    await ran(folder, ["submit", "a.json"]);
    await expect.poll(() => emulator.requests().some(({ path }) => path.endsWith("/deployments"))).toBe(true);
    start.child.kill("SIGINT");
    await expect.poll(() => start.err).toMatch(/finished first/);
    start.child.kill("SIGINT");
    expect((await start.finished()).code).toBe(130);
  });
});

describe("a data folder that is held", () => {
  test("by somebody who does not answer ends commands with 5", async () => {
    const { run, folder } = desk();
    const platform = openLocalPlatform({ folder: join(folder, "data"), log: silentLog });
    const { code, err } = await run(["operations", "list"]);
    await platform.close();
    expect(code).toBe(5);
    expect(err).toMatch(/does not answer: wait until it has started or ended/);
  });
});

describe("the process", () => {
  test("exits 2 for wrong usage and 3 for a wrong environment", async () => {
    const folder = temporaryFolder();
    expect((await ran(folder, ["nothing"])).code).toBe(2);
    const wrong = new Command(
      folder,
      ["--version"],
      ["env", "DROVER_LOG_LEVEL=loud", process.execPath, join(import.meta.dirname, "../../cli/main.ts")],
    );
    const { code, err } = await wrong.finished();
    expect([code, err]).toEqual([3, expect.stringMatching(/^error {2}.*DROVER_LOG_LEVEL/)]);
  });

  test("serves an emulator until interrupted", async () => {
    const emulate = new Command(temporaryFolder(), ["emulate", "azure-sphere", "--port", "0", "--json"]);
    await emulate.says("\n");
    const said = JSON.parse(emulate.out);
    expect(said).toMatchObject({ kind: "serving", connections: { emulated: { endpoint: said.url } } });
    expect((await fetch(`${said.url}/v2/tenants`)).status).toBe(401);
    emulate.child.kill("SIGINT");
    expect((await emulate.finished()).code).toBe(0);
  });

  test.each(["openstack", "otc", "rackspace"] as const)("serves a Heat of the flavour %s", async (flavour) => {
    const emulate = new Command(temporaryFolder(), ["emulate", "heat", "--flavour", flavour, "--port", "0", "--json"]);
    await emulate.says("\n");
    const said = JSON.parse(emulate.out);
    expect(said).toMatchObject({ kind: "serving", connections: { emulated: { kind: "heat", flavour } } });
    expect((await fetch(said.url)).status).toBe(300);
    emulate.child.kill("SIGINT");
    expect((await emulate.finished()).code).toBe(0);
  });

  test("serves a scenario of the user's own, and refuses a wrong one", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "own.json"), JSON.stringify({ projects: [{ id: "p", name: "p" }] }));
    writeFileSync(join(folder, "wrong.json"), JSON.stringify({ projects: 1 }));
    const emulate = new Command(folder, ["emulate", "heat", "--port", "0", "--scenario", "own.json", "--json"]);
    await emulate.says("\n");
    expect(JSON.parse(emulate.out)).not.toHaveProperty("connections");
    emulate.child.kill("SIGINT");
    await emulate.finished();
    for (const args of [
      ["--scenario", "wrong.json"],
      ["--flavour", "other"],
      ["--port", "x"],
    ]) {
      expect((await ran(folder, ["emulate", "heat", ...args])).code).toBe(2);
    }
  });
});
