/** Runs the contract suites of the Azure platform on Microsoft's own emulator of storage: `npm run test:azurite`. Installs it first. */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
/** Beside the other packages, and gone with them. */
const folder = join(root, "node_modules", ".cache", "azurite");

function run(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): void {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: "inherit", env: { ...process.env, ...env } });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

if (!existsSync(join(folder, "node_modules", "azurite"))) {
  console.log("Azurite is installed (361 MB, once)");
  // Its versions are pinned there.
  cpSync(join(root, "test", "azurite"), folder, { recursive: true });
  run("npm", ["ci", "--prefix", folder, "--no-audit", "--no-fund"]);
}
run(process.execPath, [join(root, "node_modules/vitest/vitest.mjs"), "run", "test/platforms/azure/azurite.test.ts"], {
  DROVER_AZURITE: folder,
});
