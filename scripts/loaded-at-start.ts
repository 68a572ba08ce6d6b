import type { Metafile } from "esbuild";

/** Of the files of a bundle, those that are loaded with its main one. @param main how that one's path ends */
export function loadedAtStart(outputs: Metafile["outputs"], main: string): ReadonlySet<string> {
  const atStart = new Set<string>();
  const visit = (path: string) => {
    const output = outputs[path];
    if (atStart.has(path) || output === undefined) return;
    atStart.add(path);
    for (const { path: next, kind } of output.imports) if (kind === "import-statement") visit(next);
  };
  for (const path of Object.keys(outputs)) if (path.endsWith(main)) visit(path);
  return atStart;
}
