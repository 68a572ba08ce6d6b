import { registerHooks } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { mutationOf } from "./list.ts";
import { chosenMutation, edited, editsOf } from "./mutation.ts";

/** Loaded before everything else: what the chosen mutation changes is changed as it is loaded. */

const root = join(import.meta.dirname, "..", "..", "..", "..");
const name = chosenMutation();
const edits = name === undefined ? [] : editsOf(mutationOf(name));
const byUrl = Map.groupBy(edits, ({ file }) => pathToFileURL(join(root, file)).href);

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    const changes = byUrl.get(url);
    if (!changes || loaded.source === undefined || loaded.source === null) return loaded;
    const text =
      typeof loaded.source === "string" ? loaded.source : Buffer.from(loaded.source as Uint8Array).toString();
    return { ...loaded, source: changes.reduce((source, edit) => edited(edit, source), text) };
  },
});
