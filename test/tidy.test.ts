import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { describe, expect, test } from "vitest";

/** The rules of the house, executed (docs/architecture.md, "Who may import whom"). */

const root = join(import.meta.dirname, "..");
const folders = ["functions", "lib", "emulators", "cli", "test", "bench", "scripts"];

function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder)).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(join(root, path)).isDirectory()) return filesBelow(path);
    return path.endsWith(".ts") ? [path] : [];
  });
}

const sources = new Map(folders.flatMap(filesBelow).map((path) => [path, readFileSync(join(root, path), "utf8")]));

interface Import {
  readonly from: string;
  /** A path of this repository, or the name of a package. */
  readonly to: string;
  readonly local: boolean;
}

const statement = /(?:import|export)\s+(?:type\s+)?(?:[^"';]*?\sfrom\s+)?"([^"]+)"|import\(\s*"([^"]+)"\s*\)/g;

function importsOf(path: string, text: string): Import[] {
  return [...text.matchAll(statement)].flatMap(([, fixed, dynamic]) => {
    const target = fixed ?? dynamic;
    if (target === undefined) return [];
    const local = target.startsWith(".");
    return [{ from: path, local, to: local ? normalize(join(dirname(path), target)) : target }];
  });
}

const imports = [...sources].flatMap(([path, text]) => importsOf(path, text));
const isBuiltIn = (name: string) => name.startsWith("node:");

/** What each part of the house may import of ours; packages are named where they are bounded too. */
const allowed: { readonly from: RegExp; readonly local: RegExp; readonly packages?: RegExp }[] = [
  { from: /^lib\/contracts\//, local: /^lib\/contracts\//, packages: /^zod\/mini$/ },
  { from: /^lib\/operations\//, local: /^lib\/(operations|contracts)\//, packages: /^$/ },
  { from: /^lib\/clients\//, local: /^lib\/(clients|contracts)\//, packages: /^$/ },
  {
    from: /^lib\/schedules\//,
    local: /^lib\/(schedules|operations|contracts)\//,
    packages: /^(croner|temporal-polyfill)$/,
  },
  { from: /^lib\/configuration\//, local: /^lib\/(configuration|contracts)\//, packages: /^zod\/mini$/ },
  { from: /^lib\/providers\/([^/]+)\//, local: /^lib\/(providers|contracts)\// },
  { from: /^lib\/providers\/[^/]+\.ts$/, local: /^lib\/(providers\/[^/]+\.ts$|contracts\/)/ },
  {
    from: /^lib\/publish-targets\//,
    local: /^lib\/(publish-targets\/|providers\/[^/]+\.ts$|providers\/(?:entra|aws)\/|contracts\/)/,
    packages: /^zod\/mini$/,
  },
  { from: /^lib\/platforms\/local\//, local: /^lib\/(platforms\/local|platforms\/[^/]+\.ts$|operations|contracts)/ },
  {
    from: /^lib\/platforms\/aws\//,
    local: /^lib\/(platforms\/aws|platforms\/[^/]+\.ts$|operations|contracts)/,
    packages: /^(@aws-sdk\/.*|@middy\/core|aws-lambda|aws4fetch|zod\/mini)$/,
  },
  {
    from: /^lib\/platforms\/azure\//,
    local:
      /^lib\/(platforms\/azure|platforms\/[^/]+\.ts$|operations|contracts|providers\/entra|providers\/exchange\.ts$)/,
    packages: /^(@azure\/(storage-queue|data-tables|functions)|zod\/mini)$/,
  },
  { from: /^lib\/platforms\/[^/]+\.ts$/, local: /^lib\/(platforms\/[^/]+\.ts$|operations|contracts)/ },
  {
    from: /^(lib\/sinks|functions\/deliver-event)\//,
    local: /^lib\/(sinks|operations|contracts)\//,
    packages: /^ipaddr\.js$/,
  },
  { from: /^functions\/run-schedules\/step\.ts$/, local: /^lib\/(schedules|operations|contracts)\//, packages: /^$/ },
  // An entry binds its step, and knows neither its platform's kit nor another step.
  { from: /^functions\/[^/]+\/aws\.ts$/, local: /^functions\/aws\/|\/step\.ts$/, packages: /^$/ },
  { from: /^functions\/[^/]+\/azure\.ts$/, local: /^functions\/azure\/|\/step\.ts$/, packages: /^$/ },
  // A procedure of many phases is more than one file can hold.
  {
    from: /^functions\/rotate-dps-keys\//,
    local: /^(functions\/rotate-dps-keys\/|lib\/(operations|contracts)\/)/,
    packages: /^zod\/mini$/,
  },
  {
    from: /^functions\/(hand-over|provision-panorama-device|create-provisioning-claim)\//,
    local: /^(functions\/hand-over\/|lib\/(operations|contracts)\/)/,
    packages: /^zod\/mini$/,
  },
  {
    from: /^functions\/[^/]+\/step\.ts$/,
    local: /^(functions\/request-routes\.ts|lib\/(operations|contracts)\/)/,
    packages: /^$/,
  },
  { from: /^functions\//, local: /^(functions|lib)\// },
  { from: /^emulators\//, local: /^emulators\//, packages: /^$/ },
  { from: /^cli\//, local: /^(cli|functions|lib|emulators)\// },
];

describe("imports", () => {
  test("go one way only", () => {
    const breaches = imports.flatMap(({ from, to, local }) => {
      const rule = allowed.find((one) => one.from.test(from));
      if (!rule || isBuiltIn(to)) return [];
      const fine = local ? rule.local.test(to) : (rule.packages?.test(to) ?? true);
      return fine ? [] : [`${from} imports ${to}`];
    });
    expect(breaches).toEqual([]);
  });

  test("never reach from one provider, platform or publish target into another", () => {
    const breaches = imports.flatMap(({ from, to, local }) => {
      const [, kind, name] = /^lib\/(providers|platforms|publish-targets)\/([^/]+)\//.exec(from) ?? [];
      const [, otherKind, other] = /^lib\/(providers|platforms|publish-targets)\/([^/]+)\//.exec(to) ?? [];
      // Entra logs in for every Azure provider, and aws signs for every one of AWS; they are neighbours, not providers.
      const isNeighbour = otherKind === "providers" && (other === "entra" || other === "aws");
      return local && kind && otherKind && other !== name && !isNeighbour ? [`${from} imports ${to}`] : [];
    });
    expect(breaches).toEqual([]);
  });

  test("give an entry its own step alone", () => {
    const entries = imports.filter(({ from }) => /^functions\/[^/]+\/(aws|azure)\.ts$/.test(from));
    const foreign = entries.filter(({ from, to }) => to.endsWith("/step.ts") && dirname(from) !== dirname(to));
    const platforms = imports.filter(
      ({ from, to }) =>
        /^lib\/platforms\/(aws|azure)\//.test(to) &&
        /^functions\//.test(from) &&
        !/^functions\/(aws|azure)\//.test(from),
    );
    const crossed = imports.filter(({ from, to }) => /^functions\/aws\//.test(from) && /^functions\/azure\//.test(to));
    expect([...foreign, ...platforms, ...crossed]).toEqual([]);
    expect(entries.length).toBeGreaterThan(27);
  });

  test("form no cycle", () => {
    const graph = new Map<string, string[]>();
    for (const { from, to, local } of imports) {
      if (local) graph.set(from, [...(graph.get(from) ?? []), to]);
    }
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (path: string, trail: readonly string[]): void => {
      if (trail.includes(path)) {
        cycles.push([...trail.slice(trail.indexOf(path)), path].join(" -> "));
        return;
      }
      if (done.has(path)) return;
      for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
      done.add(path);
    };
    for (const path of graph.keys()) visit(path, []);
    expect(cycles).toEqual([]);
  });

  test("resolve to files that exist", () => {
    const missing = imports.filter(({ to, local }) => local && to.endsWith(".ts") && !sources.has(to));
    expect(missing).toEqual([]);
  });
});

describe("the code", () => {
  const shipped = [...sources].filter(([path]) => !path.startsWith("test/") && !path.startsWith("bench/"));

  test("takes time and chance by injection in everything that simulation reaches", () => {
    const reached = shipped.filter(([path]) => /^(functions|lib\/(operations|contracts))\//.test(path));
    const breaches = reached.filter(([, text]) =>
      /Date\.now\(|new Date\(\)|Math\.random\(|setTimeout\(|setInterval\(/.test(text),
    );
    expect(breaches.map(([path]) => path)).toEqual([]);
  });

  test("reads the environment in one module", () => {
    const readers = shipped.filter(([, text]) => /process\.env\b/.test(text)).map(([path]) => path);
    expect(
      readers.filter((path) => path !== "lib/configuration/environment.ts" && !/^(cli\/main|scripts\/)/.test(path)),
    ).toEqual([]);
  });

  test("has no module above 400 lines and none named for what it is not", () => {
    const long = shipped.filter(([, text]) => text.split("\n").length > 400).map(([path]) => path);
    const vague = shipped
      .filter(([path]) => /(utils?|helpers?|manager|misc|common)\.ts$/.test(path))
      .map(([path]) => path);
    expect([...long, ...vague]).toEqual([]);
  });

  test("names its files in kebab-case", () => {
    const others = [...sources.keys()].filter((path) => !/^[a-z0-9.-]+\.ts$/.test(path.split("/").at(-1) ?? ""));
    expect(others).toEqual([]);
  });

  test("names no path of a machine", () => {
    const home = new RegExp(`(^|[^a-zA-Z0-9.])/(${["work", "home", "root"].join("|")})/`);
    const named = [...sources].filter(([, text]) => home.test(text)).map(([path]) => relative(".", path));
    expect(named).toEqual([]);
  });
});
