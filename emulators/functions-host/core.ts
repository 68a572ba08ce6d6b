import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { collecting, type FunctionsApp } from "./core-module.ts";

export type { FunctionsApp, RegisteredFunction } from "./core-module.ts";

/**
 * Loads an app and returns what it has registered. Apps can be loaded one after the other in one process, with one copy of the
 * library for all (a source app, whose registering code runs again) or one for each (bundles): the library asks for its core when
 * the first function is registered, so it may have been imported before.
 * @param load runs the app's registering code
 * @throws Error that says "0 functions" when it registers none, or throws: on Azure both are a silent deployment of nothing
 */
export async function loadApp(load: () => unknown): Promise<FunctionsApp> {
  const app = await collecting(load).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Expected an app, got 0 functions: it threw while it was loaded: ${why}`, { cause });
  });
  if (app.functions.length === 0) throw new Error("Expected an app, got 0 functions: it registered none");
  const context = { hookData: {}, appHookData: {}, functionAppDirectory: "." };
  for (const { name, callback } of app.hooks) if (name === "appStart") await callback(context);
  return app;
}

const loaded = new Set<string>();
const copies: string[] = [];

/**
 * Loads a CommonJS file, such as a built bundle, and each time anew. Its folder is the app, with all that the file loads, at once or
 * later: a second time it is loaded from a copy, as Node forgets nothing that was once imported from a place.
 */
export function loadScript(path: string): Promise<FunctionsApp> {
  const file = resolve(path);
  return loadApp(() => {
    const own = loaded.has(file) ? copyOf(file) : file;
    loaded.add(file);
    createRequire(own)(own);
  });
}

/** For whoever is ended before its process says so; what they have loaded can load nothing more. */
export function removeCopies(): void {
  for (const copy of copies.splice(0)) rmSync(copy, { recursive: true, force: true });
}

function copyOf(file: string): string {
  const folder = mkdtempSync(join(tmpdir(), "functions-app-"));
  if (copies.length === 0) process.once("exit", removeCopies);
  copies.push(folder);
  cpSync(dirname(file), folder, { recursive: true });
  return join(folder, basename(file));
}
