import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build, type Metafile, transform } from "esbuild";
import { type FunctionRegistration, loadScript, registrationsOf } from "../emulators/functions-host/index.ts";
import { errorNames } from "./error-names.ts";
import { licencesOf } from "./licences.ts";
import { loadedAtStart } from "./loaded-at-start.ts";
import { shallowMetadata } from "./shallow-metadata.ts";

/** The app for Azure Functions: one folder with all that its host loads, CommonJS, which every worker takes. */

const root = join(import.meta.dirname, "..");
/** As the app's runtime in infra/azure/app.bicep says. */
const target = "node24";
const entry = "functions/azure/main.ts";

export interface AzureApp {
  readonly functions: readonly FunctionRegistration[];
  /** What is loaded before any function is registered. */
  readonly atStartBytes: number;
  /** Of these, what is neither a client of Azure nor the host's library. */
  readonly ownBytes: number;
  /** What is loaded when it is needed for the first time. */
  readonly laterBytes: number;
}

/** At start (bytes). */
export const atStartMost = 800_000;

/** Functions that have an entry for Azure. */
export const azureFunctions = (folder: string = join(root, "functions")): readonly string[] =>
  readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, "azure.ts")))
    .sort();

/**
 * Builds the app into `out`, and loads it as the host would. Two builds of one source are the same to the byte.
 * @throws Error when it would register no function: on Azure that is a deployment of nothing, without a word
 */
export async function buildAzureApp(out: string): Promise<AzureApp> {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const metafile = await bundled(out);
  writeFileSync(join(out, "LICENSES.txt"), licencesOf(root, Object.keys(metafile.inputs)));
  copyFileSync(join(root, "host.json"), join(out, "host.json"));
  writeFileSync(join(out, "package.json"), `${JSON.stringify(packageOf(), undefined, 2)}\n`);
  if (existsSync(join(root, "drover.json"))) copyFileSync(join(root, "drover.json"), join(out, "drover.json"));
  return { ...sizesOf(metafile), functions: registrationsOf(await loadScript(join(out, "main.cjs"))) };
}

/** What is imported in the middle of a function, such as the HTTP application, is a file of its own and costs a cold start nothing. */
async function bundled(out: string): Promise<Metafile> {
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: { main: entry },
    outdir: out,
    outExtension: { ".js": ".cjs" },
    chunkNames: "[name]-[hash]",
    bundle: true,
    // Only modules can be split; each file becomes CommonJS below.
    splitting: true,
    format: "esm",
    platform: "node",
    target,
    minify: true,
    // The worker alone has it.
    external: ["@azure/functions-core"],
    plugins: [errorNames(target), shallowMetadata],
    mainFields: ["module", "main"],
    charset: "utf8",
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
    write: false,
  });
  for (const { path, text } of outputFiles) {
    const { code } = await transform(text, { format: "cjs", platform: "node", target, minify: true, charset: "utf8" });
    writeFileSync(path, code);
  }
  return metafile;
}

function packageOf() {
  const { name, version, license } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return { name: `${name}-azure`, version, license, private: true, main: "main.cjs", engines: { node: ">=22" } };
}

const isClient = (input: string) =>
  /node_modules\/(?:@azure|@typespec|@nodable|fast-xml|is-unsafe|path-expr)/.test(input);

function sizesOf({ outputs }: Metafile): Omit<AzureApp, "functions"> {
  const atStart = loadedAtStart(outputs, "/main.cjs");
  const bytesOf = (paths: readonly string[]) => paths.reduce((sum, path) => sum + (outputs[path]?.bytes ?? 0), 0);
  const clients = [...atStart].flatMap((path) => Object.entries(outputs[path]?.inputs ?? {}));
  const clientBytes = clients.reduce(
    (sum, [input, { bytesInOutput }]) => sum + (isClient(input) ? bytesInOutput : 0),
    0,
  );
  const atStartBytes = bytesOf([...atStart]);
  const laterBytes = bytesOf(Object.keys(outputs).filter((path) => !atStart.has(path)));
  return { atStartBytes, ownBytes: atStartBytes - clientBytes, laterBytes };
}

/** What is wrong with a built app. */
export function problemsOf({ functions, atStartBytes }: AzureApp): string[] {
  const names = functions.map(({ name }) => name);
  const missing = azureFunctions().filter((name) => !names.some((one) => one === name || one.startsWith(`${name}-`)));
  return [
    ...missing.map((name) => `Expected function ${name} to be registered, got none of that name`),
    ...(atStartBytes > atStartMost ? [`Expected at most ${atStartMost} bytes at start, got ${atStartBytes}`] : []),
  ];
}

const kilobytes = (bytes: number) => (bytes / 1000).toFixed(1);

function triggerOf(one: FunctionRegistration): string {
  if (one.kind === "queue") return `queue ${one.queue}`;
  if (one.kind === "timer") return `timer ${one.schedule}`;
  return one.kind === "http" ? `http ${one.route} ${one.methods.join(" ")} (${one.authLevel})` : one.trigger;
}

/** For people. */
export function tableOf({ functions, atStartBytes, ownBytes, laterBytes }: AzureApp): string {
  const rows = functions.map((one) => `${one.name.padEnd(46)}${triggerOf(one)}`);
  const sizes = `kB, minified: ${kilobytes(atStartBytes)} at start (own ${kilobytes(ownBytes)}, clients and host's library ${kilobytes(atStartBytes - ownBytes)}), ${kilobytes(laterBytes)} later`;
  return [...rows, "", `${functions.length} functions`, sizes].join("\n");
}
