/** Builds the command line into dist/cli: `npm run build`. */
import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { licencesOf } from "./licences.ts";

const root = join(import.meta.dirname, "..");
const outFolder = join(root, "dist", "cli");
/** The first release with `node:sqlite` as we use it. */
const oldestNode = 24;

/** What is bundled was partly written for CommonJS. */
const commonJs = `import { createRequire as droverRequire } from "node:module";
import { dirname as droverDirname } from "node:path";
import { fileURLToPath as droverPath } from "node:url";
const require = droverRequire(import.meta.url);
const __filename = droverPath(import.meta.url);
const __dirname = droverDirname(__filename);`;

/**
 * Runs on every Node that knows modules, and so can say which one is needed; the bundle itself could not even be read there.
 * A small young generation halves the memory of a busy process at no cost in speed; it cannot be set any later.
 */
const launcher = `#!/usr/bin/env -S node --max-semi-space-size=8
if (Number(process.versions.node.split(".")[0]) < ${oldestNode}) {
  console.error(
    "error  Expected Node ${oldestNode} or newer, got " + process.versions.node + ": install it from https://nodejs.org and run drover again",
  );
  process.exitCode = 3;
} else {
  import("./main.mjs");
}
`;

rmSync(outFolder, { recursive: true, force: true });
mkdirSync(outFolder, { recursive: true });
const { metafile } = await build({
  entryPoints: { main: join(root, "cli/main.ts") },
  outdir: outFolder,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  platform: "node",
  format: "esm",
  target: `node${oldestNode}`,
  minify: true,
  // Names of classes stand in messages.
  keepNames: true,
  banner: { js: commonJs },
  legalComments: "linked",
  metafile: true,
  logLevel: "warning",
});
const launcherPath = join(outFolder, "drover.mjs");
writeFileSync(launcherPath, launcher);
chmodSync(launcherPath, 0o755);
writeFileSync(join(outFolder, "LICENSES.txt"), licencesOf(root, Object.keys(metafile.inputs)));
for (const [file, { bytes }] of Object.entries(metafile.outputs))
  console.log(`${file}  ${Math.ceil(bytes / 1024)} KiB`);
