import { readFileSync } from "node:fs";
import { type Plugin, transform } from "esbuild";

/**
 * Names of our errors stand in messages and metrics, and come from their classes. Only these are kept: to keep all names would cost
 * 27 kB of each bundle, most of them the clients'.
 */
export const errorNames = (target: string): Plugin => ({
  name: "error-names",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]lib[\\/]contracts[\\/]errors\.ts$/ }, async ({ path }) => {
      const { code } = await transform(readFileSync(path, "utf8"), { loader: "ts", target, keepNames: true });
      return { contents: code, loader: "js" };
    });
  },
});
