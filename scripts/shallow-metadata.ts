import { readFileSync } from "node:fs";
import type { Plugin } from "esbuild";

/** Each value of the trigger's metadata, as the library makes it before any function is called. */
const deep = "(0, toCamelCase_1.toCamelCaseValue)((0, fromRpcTypedData_1.fromRpcTypedData)(value))";
const shallow = "(0, fromRpcTypedData_1.fromRpcTypedData)(value)";

/**
 * The metadata of a message has the whole message in it, and the library walks through all of that, by recursion, to write the names of
 * members small: a message that is nested some thousand deep fails before a function could refuse it, at every try, and its host moves it
 * to a queue of poison whose function fails as well. Nothing here reads more of the metadata than its own members.
 */
export const shallowMetadata: Plugin = {
  name: "shallow-metadata",
  setup({ onLoad }) {
    onLoad({ filter: /@azure[\\/]functions[\\/]dist[\\/]azure-functions(?:\.min)?\.js$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      const found = text.split(deep).length - 1;
      if (found === 1) return { contents: text.replace(deep, shallow), loader: "js" };
      throw new Error(
        `Expected one place where ${path} walks through the metadata of a trigger, got ${found}: look at its new version`,
      );
    });
  },
};
