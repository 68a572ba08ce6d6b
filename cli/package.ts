import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

interface PackageFile {
  readonly folder: string;
  readonly version: string;
}

let known: PackageFile | undefined;

/** The package that this file belongs to: beside the sources, or two folders above the bundle. */
function packageFile(): PackageFile {
  if (known) return known;
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    const path = join(folder, "package.json");
    if (existsSync(path)) {
      const { version }: { readonly version?: unknown } = JSON.parse(readFileSync(path, "utf8"));
      known = { folder, version: typeof version === "string" ? version : "unknown" };
      return known;
    }
    if (folder === dirname(folder)) throw new Error("Expected package.json above this program, got none");
  }
}

export function packageVersion(): string {
  return packageFile().version;
}

/** Request files and a configuration to try, shipped with the package. */
export function examplesFolder(): string {
  return join(packageFile().folder, "examples");
}
