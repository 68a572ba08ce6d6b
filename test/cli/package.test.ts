import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { temporaryFolder } from "../functions/harness.ts";
import { servedEmulator } from "./harness.ts";
import { ran } from "./processes.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");

test("the packed tarball installs into an empty folder without a network, and works there", async () => {
  const folder = temporaryFolder();
  const { stdout } = await run("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: root });
  const tarball = join(folder, stdout.trim().split("\n").at(-1) ?? "");
  const place = join(folder, "place");
  mkdirSync(place);
  writeFileSync(join(place, "package.json"), "{}");
  await run("npm", ["install", "--offline", "--no-audit", "--no-fund", tarball], { cwd: place });

  const installed = join(place, "node_modules/drover");
  const { dependencies } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
  expect(dependencies).toBeUndefined();
  const program = [process.execPath, join(place, "node_modules/.bin/drover")];
  const drover = (...args: string[]) => ran(place, args, program);
  expect((await drover("--help")).out).toMatch(/Exit codes:/);

  const { url, emulator } = await servedEmulator();
  expect(await drover("init", "--emulator", url)).toMatchObject({ code: 0, err: "" });
  expect((await drover("config", "check")).code).toBe(0);
  expect(await drover("submit", "requests/deploy.json", "--wait")).toMatchObject({
    code: 0,
    out: expect.stringMatching(/succeeded after/),
  });
  expect(emulator.state.acceptedCreates()).toBe(1);

  const start = await ran(installed, ["-e", oldNode], [process.execPath]);
  expect([start.code, start.err]).toEqual([
    3,
    expect.stringMatching(/^error {2}Expected Node 24 or newer, got 20\.0\.0: .*\n$/),
  ]);
});

/** The launcher under an older Node, as far as it looks at it. */
const oldNode = `
Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.0.0" } });
import("./dist/cli/drover.mjs");
`;
