import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The licences of everything that is bundled: their texts have to come with it. */
export function licencesOf(root: string, inputs: readonly string[]): string {
  const folders = new Set(inputs.flatMap((input) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? []));
  const texts = new Map([...folders].map((folder) => [folder.replace(/^.*node_modules\//, ""), join(root, folder)]));
  return [...texts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, folder]) => `${name}\n\n${textIn(folder) ?? namedIn(folder, name)}\n`)
    .join(`\n${"-".repeat(80)}\n\n`);
}

function textIn(folder: string): string | undefined {
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  return file === undefined ? undefined : readFileSync(join(folder, file), "utf8").trim();
}

/** Some packages carry no text of their licence: then what they say of it, and whose they are. */
function namedIn(folder: string, name: string): string {
  const { license, author, homepage } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  if (typeof license !== "string") throw new Error(`Expected a licence in the package ${name}, got none`);
  return [`Licence: ${license}`, author?.name ?? author, homepage].filter(Boolean).join("\n");
}
