import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

/** They stand between an emulator and a real network, and wait on real timers. */
const outside = ["serve.ts", "loopback-request.ts"];

describe("what emulators are made of", () => {
  const folder = new URL("../../emulators/", import.meta.url);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
    (name) => name.endsWith(".ts") && !outside.includes(name),
  );

  it.each(files)("reads no clock, dice or timer and imports nothing of its clients in %s", (name) => {
    const source = readFileSync(new URL(name, folder), "utf8");
    expect(source).not.toMatch(/Date\.now|Math\.random|setTimeout|setInterval|performance\.now|process\.env/);
    for (const [, from] of source.matchAll(/from "([^"]+)"/g)) expect(from).toMatch(/^(node:crypto$|\.\.?\/)/);
    expect(source).not.toMatch(/from "[^"]*(lib|functions|cli)\//);
  });
});
