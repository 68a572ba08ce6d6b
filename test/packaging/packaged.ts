import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";

const root = join(import.meta.dirname, "..", "..");
const command = join(root, "node_modules", "serverless", "bin", "serverless.js");

export interface Resource {
  readonly Type: string;
  readonly Condition?: string;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  // biome-ignore lint/suspicious/noExplicitAny: CloudFormation has no types here, and the tests look everywhere into it
  readonly Properties: any;
}

export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Conditions: Readonly<Record<string, unknown>>;
  readonly Outputs: Readonly<Record<string, unknown>>;
}

/** A folder with what packaging reads, and nothing else of this repository. */
export function serviceFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "drover-packaging-"));
  for (const name of ["serverless.yml", "package.json", "infra"]) {
    cpSync(join(root, name), join(folder, name), { recursive: true });
  }
  return folder;
}

/** For tests that read the template only: a handler of a line in the place of each bundle. */
export function putStandIns(folder: string, functions: readonly string[]): void {
  for (const name of functions) {
    const file = join(folder, "dist", "aws", name, "index.mjs");
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, "export const handler = async () => {};\n");
  }
}

/** Packages as in an empty environment: no account, no credentials, no home. @returns the folder that it has made */
export async function packaged(folder: string, args: readonly string[] = []): Promise<string> {
  const out = join(folder, ["packaged", ...args].join("-").replace(/[^\w-]/g, "_"));
  const env = { PATH: dirname(process.execPath), HOME: folder };
  await promisify(execFile)(process.execPath, [command, "package", "--package", out, ...args], { cwd: folder, env });
  return out;
}

export function templateIn(out: string): Template {
  return JSON.parse(readFileSync(join(out, "cloudformation-template-update-stack.json"), "utf8"));
}

/** SHA-256 of each file that ends so, by its name. */
export function digestsIn(folder: string, ending: string): Readonly<Record<string, string>> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  const digest = (name: string) =>
    createHash("sha256")
      .update(readFileSync(join(folder, name)))
      .digest("hex");
  return Object.fromEntries(names.sort().map((name) => [name, digest(name)]));
}

export const removeFolder = (folder: string) => rmSync(folder, { recursive: true, force: true });

/** What CloudFormation would put there, with names for what it knows: `{ Ref: "Bus" }` as `<Bus>`. */
export function rendered(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  const [name, inner] = Object.entries(value)[0] ?? [];
  if (name === "Ref") return `<${inner}>`;
  if (name === "Fn::GetAtt") return `<${inner.join(".")}>`;
  if (name === "Fn::Sub" && typeof inner === "string") return inner.replace(/\$\{([\w:.]+)\}/g, "<$1>");
  throw new Error(`Expected a value, Ref, Fn::GetAtt or Fn::Sub, got ${JSON.stringify(value)}`);
}

/** Resources of one type, by their logical ids. */
export function ofType({ Resources }: Template, type: string): [id: string, resource: Resource][] {
  return Object.entries(Resources).filter(([, { Type }]) => Type === type);
}
