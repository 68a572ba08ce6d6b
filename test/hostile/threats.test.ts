import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..", "..");
const read = (path: string) => readFileSync(join(root, path), "utf8");

interface Row {
  readonly door: string;
  readonly threat: string;
  readonly holds: string;
  readonly proofs: readonly { readonly file: string; readonly names: readonly string[] }[];
}

const head = "| threat | what holds it | test |";
/** A test file, and up to the next one its names. */
const proof = /`(test\/[^`]+)`((?:(?!`test\/)[\s\S])*)/g;

function proofsIn(cell: string): Row["proofs"] {
  return [...cell.matchAll(proof)].map(([, file = "", said = ""]) => ({
    file,
    names: [...said.matchAll(/"([^"]+)"/g)].map(([, name = ""]) => name),
  }));
}

/** The rows of all tables of threats, each with the heading that it stands under. */
function rowsOf(text: string): Row[] {
  const rows: Row[] = [];
  let [door, isTable] = ["", false];
  for (const line of text.split("\n")) {
    if (line.startsWith("## ")) door = line.slice(3);
    if (!line.startsWith("|")) isTable = false;
    else if (line === head) isTable = true;
    else if (isTable && !/^[|\s-]+$/.test(line)) {
      const [, threat = "", holds = "", cell = ""] = line.split("|").map((part) => part.trim());
      rows.push({ door, threat, holds, proofs: proofsIn(cell) });
    }
  }
  return rows;
}

const rows = rowsOf(read("docs/security.md"));
const proofs = rows.flatMap((row) => row.proofs.map((each) => ({ ...each, threat: row.threat })));

/** What lacks something that a threat needs. */
function flawsIn(all: readonly Row[]): string[] {
  return all.flatMap(({ threat, holds, proofs: named }) => {
    const flaws = named.flatMap(({ file, names }) => {
      if (!existsSync(join(root, file))) return [`${file} is not there`];
      const text = read(file);
      if (names.length === 0) return [`${file} stands without a name`];
      return names.filter((name) => !text.includes(name)).map((name) => `${file} has no "${name}"`);
    });
    if (named.length === 0) flaws.push("no test");
    if (threat === "" || holds === "") flaws.push("no words");
    return flaws.map((flaw) => `${threat}: ${flaw}`);
  });
}

describe("the threats of docs/security.md", () => {
  test("name a test that exists", () => {
    expect(flawsIn(rows)).toEqual([]);
  });

  test("stand under every door, and are not a few", () => {
    const doors = new Set(rows.map(({ door }) => door));
    expect([...doors].map((door) => door.split(/[ ,]/)[0])).toEqual([
      "HTTP",
      "Queues",
      "Providers",
      "Secrets",
      "What",
      "Sinks",
      "Configuration",
    ]);
    expect(rows.length).toBeGreaterThan(45);
    expect(new Set(rows.map(({ threat }) => threat)).size).toBe(rows.length);
    // Every line that looks like one was taken for one.
    expect(
      read("docs/security.md")
        .split("\n")
        .filter((line) => line.includes("`test/")).length - 1,
    ).toBe(rows.length);
  });

  test("name every test of hostile input", () => {
    const here = readdirSync(import.meta.dirname).map((name) => `test/hostile/${name}`);
    const tests = here.filter((path) => /\btest(?:\.each\b[\s\S]*?)?\(\s*["`]/.test(read(path)));
    expect(here.filter((path) => path.endsWith(".test.ts")).filter((path) => !tests.includes(path))).toEqual([
      // Its tests are those of broken-answers.ts.
      "test/hostile/provider-answers-aws.test.ts",
      "test/hostile/provider-answers-azure.test.ts",
    ]);
    const named = new Set(proofs.map(({ file }) => file));
    expect(
      here.filter((path) => path.endsWith(".test.ts") || tests.includes(path)).filter((path) => !named.has(path)),
    ).toEqual([]);
  });
});

describe("a document of threats", () => {
  const line = (cell: string) => `## Door\n\n${head}\n| --- | --- | --- |\n| a threat | a hold | ${cell} |\n`;

  test.each([
    ["no test", "nothing"],
    ["no test", "see docs/security.md"],
    ["is not there", '`test/hostile/gone.test.ts` "name a test that exists"'],
    ["has no", '`test/hostile/door.ts` "no such name"'],
    ["stands without a name", "`test/hostile/threats.test.ts`"],
  ])("with a row that has %s is refused", (flaw, cell) => {
    expect(flawsIn(rowsOf(line(cell)))).toEqual([expect.stringContaining(flaw)]);
  });

  test("that is empty has no threats, and one in order has no flaw", () => {
    expect(rowsOf("")).toEqual([]);
    expect(flawsIn(rowsOf(line('`test/hostile/threats.test.ts` "name a test that exists"')))).toEqual([]);
  });
});
