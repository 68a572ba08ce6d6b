import { readFileSync } from "node:fs";
import { join } from "node:path";

const folder = join(import.meta.dirname, "..", "..", "examples");

export const exampleText = (...path: readonly string[]): string => readFileSync(join(folder, ...path), "utf8");

/** The `data` of an example's request, without what every request of ours has of its own. */
export function examples(...path: readonly string[]): Record<string, unknown> {
  const { data } = JSON.parse(exampleText(...path));
  const { deadline: _, labels: __, ...rest } = data;
  return rest;
}
