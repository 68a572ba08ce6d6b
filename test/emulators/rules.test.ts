import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

/** They stand between an emulator and a real network, and wait on real timers. */
const outside = ["serve.ts", "loopback-request.ts"];

/** They load an app from its files, as the worker of a host does. */
const loaders = ["functions-host/core.ts", "functions-host/core-module.ts"];
const ofLoaders = /^node:(?:fs|module|os|path)$/;

describe("what emulators are made of", () => {
  const folder = new URL("../../emulators/", import.meta.url);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
    (name) => name.endsWith(".ts") && !outside.includes(name),
  );

  it.each(files)("reads no clock, dice or timer and imports nothing of its clients in %s", (name) => {
    const source = readFileSync(new URL(name, folder), "utf8");
    expect(source).not.toMatch(/Date\.now|Math\.random|setTimeout|setInterval|performance\.now|process\.env/);
    const imported = [...source.matchAll(/from "([^"]+)"/g)].map(([, from = ""]) => from);
    for (const from of imported.filter((one) => !(loaders.includes(name) && ofLoaders.test(one))))
      expect(from).toMatch(/^(node:crypto$|\.\.?\/)/);
    expect(source).not.toMatch(/from "[^"]*(lib|functions|cli)\//);
  });
});
