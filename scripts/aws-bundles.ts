import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build, type Metafile } from "esbuild";
import { errorNames } from "./error-names.ts";
import { licencesOf } from "./licences.ts";
import { loadedAtStart } from "./loaded-at-start.ts";

/** The bundles of the functions on AWS: one folder for each, with all that Lambda loads. */

const root = join(import.meta.dirname, "..");
/** As `runtime` in serverless.yml says. */
const target = "node24";

export interface AwsBundle {
  readonly name: string;
  /** What is loaded with the handler. */
  readonly atStartBytes: number;
  /** Of these, what is not the clients of AWS. */
  readonly ownBytes: number;
  /** What is loaded when it is needed for the first time. */
  readonly laterBytes: number;
  /** Largest packages and folders of what is loaded with the handler. */
  readonly parts: readonly { readonly name: string; readonly bytes: number }[];
}

type Bounds = Pick<AwsBundle, "atStartBytes" | "ownBytes">;

const stepBounds: Bounds = { atStartBytes: 400_000, ownBytes: 200_000 };
/** These load what a step does not: the HTTP application with every provider, and a calendar. */
const otherBounds: Readonly<Record<string, Bounds>> = {
  "receive-webhook": { atStartBytes: 850_000, ownBytes: 650_000 },
  "run-schedules": { atStartBytes: 480_000, ownBytes: 280_000 },
};
export const boundsOf = (name: string): Bounds => otherBounds[name] ?? stepBounds;

/** Every function that has an entry for AWS: an `aws.ts` that exports a handler. */
export function awsFunctions(folder: string = join(root, "functions")): readonly string[] {
  const isEntry = (path: string) => existsSync(path) && /^export const handler\b/m.test(readFileSync(path, "utf8"));
  return readdirSync(folder)
    .filter((name) => isEntry(join(folder, name, "aws.ts")))
    .sort();
}

/**
 * Builds `<out>/<function>/index.mjs` for each. Two builds of one source are the same to the byte: names of chunks come from their
 * content, and nothing in them tells a time or a path.
 */
export async function buildAwsBundles(out: string, entries = join(root, "functions")): Promise<readonly AwsBundle[]> {
  rmSync(out, { recursive: true, force: true });
  return Promise.all(awsFunctions(entries).map((name) => buildOne(name, join(entries, name, "aws.ts"), out)));
}

async function buildOne(name: string, entry: string, out: string): Promise<AwsBundle> {
  const folder = join(out, name);
  mkdirSync(folder, { recursive: true });
  const { metafile } = await build({
    absWorkingDir: root,
    nodePaths: [join(root, "node_modules")],
    entryPoints: { index: entry },
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    // What is imported in the middle of a function, such as the writer of certificates, costs nothing before it is needed.
    splitting: true,
    chunkNames: "[name]-[hash]",
    platform: "node",
    format: "esm",
    target,
    minify: true,
    plugins: [errorNames(target)],
    // The clients of AWS have both; as modules they lose what nobody calls.
    mainFields: ["module", "main"],
    // Credentials come from the environment (lib/platforms/aws/clients.ts): files, single sign-on and instance metadata stay out.
    alias: {
      "@aws-sdk/credential-provider-node": standIn("credential-chain"),
      "@aws-sdk/endpoint-cache": standIn("endpoint-cache"),
    },
    charset: "utf8",
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
  });
  const required = Object.values(metafile.outputs).flatMap(({ imports }) =>
    imports.filter(({ kind }) => kind === "require-call").map(({ path }) => path),
  );
  if (required.length > 0) throw new Error(`Expected modules only in ${name}, got a call of require for ${required}`);
  writeFileSync(join(folder, "LICENSES.txt"), licencesOf(root, Object.keys(metafile.inputs)));
  return { name, ...sizesOf(metafile) };
}

const standIn = (name: string) => join(import.meta.dirname, "aws-stand-ins", `${name}.ts`);

const isClient = (input: string) =>
  /node_modules\/(?:@aws-sdk|@smithy|@aws-crypto|@aws|mnemonist|obliterator|bowser)\//.test(input);

function sizesOf({ outputs }: Metafile): Omit<AwsBundle, "name"> {
  const atStart = loadedAtStart(outputs, "/index.mjs");
  const bytesOf = (paths: readonly string[]) => paths.reduce((sum, path) => sum + (outputs[path]?.bytes ?? 0), 0);
  const later = Object.keys(outputs).filter((path) => !atStart.has(path));
  const parts = new Map<string, number>();
  let clientBytes = 0;
  for (const path of atStart) {
    for (const [input, { bytesInOutput }] of Object.entries(outputs[path]?.inputs ?? {})) {
      if (isClient(input)) clientBytes += bytesInOutput;
      const part = isClient(input) ? "clients of AWS" : partOf(input);
      parts.set(part, (parts.get(part) ?? 0) + bytesInOutput);
    }
  }
  const atStartBytes = bytesOf([...atStart]);
  return {
    atStartBytes,
    ownBytes: atStartBytes - clientBytes,
    laterBytes: bytesOf(later),
    parts: [...parts].map(([name, bytes]) => ({ name, bytes })).sort((a, b) => b.bytes - a.bytes),
  };
}

/** The package, or the folder of ours. */
function partOf(input: string): string {
  const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input) ?? [];
  return (
    name ??
    input
      .split("/")
      .slice(0, input.startsWith("lib/providers/") ? 3 : 2)
      .join("/")
  );
}

const kilobytes = (bytes: number) => (bytes / 1000).toFixed(1);

/** For people: kB, minified. */
export function tableOf(bundles: readonly AwsBundle[]): string {
  const line = (name: string, cells: readonly string[]) =>
    name.padEnd(28) + cells.map((cell) => cell.padStart(10)).join("");
  const header = line("kB, minified", ["at start", "own", "clients", "later"]);
  const rows = bundles.map(({ name, atStartBytes, ownBytes, laterBytes }) =>
    line(name, [atStartBytes, ownBytes, atStartBytes - ownBytes, laterBytes].map(kilobytes)),
  );
  return [header, ...rows].join("\n");
}

/** What is larger than it may be, and why. */
export function problemsOf({ name, atStartBytes, ownBytes, parts }: AwsBundle): string[] {
  const most = boundsOf(name);
  const largest = parts.slice(0, 6).map((part) => `${part.name} ${kilobytes(part.bytes)}`);
  const told = (what: string, bytes: number, bound: number) =>
    bytes > bound
      ? [`Expected at most ${kilobytes(bound)} kB ${what} in ${name}, got ${kilobytes(bytes)}: ${largest.join(", ")}`]
      : [];
  return [
    ...told("at start", atStartBytes, most.atStartBytes),
    ...told("beside the clients of AWS", ownBytes, most.ownBytes),
  ];
}
