import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { environmentVariables, processVariables, readEnvironment } from "../../lib/configuration/environment.ts";

const lib = join(import.meta.dirname, "..", "..", "lib");

function sourcesUnder(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => join(folder, file));
}

describe("the environment", () => {
  test("that is empty gives the defaults of the table", () => {
    expect(readEnvironment({})).toEqual({
      configPath: "./drover.json",
      url: undefined,
      token: undefined,
      logLevel: "info",
      noColor: false,
      managedIdentity: undefined,
    });
    const defaults = Object.fromEntries(environmentVariables.map((one) => [one.name, "default" in one && one.default]));
    expect(defaults).toMatchObject({ DROVER_CONFIG: "./drover.json", DROVER_LOG_LEVEL: "info", NO_COLOR: false });
  });

  test("gives every variable its meaning", () => {
    const environment = readEnvironment({
      DROVER_CONFIG: "/etc/drover.json",
      DROVER_URL: "https://drover.example/base/",
      DROVER_TOKEN: "hunter2",
      DROVER_LOG_LEVEL: "warn",
      NO_COLOR: "1",
      IDENTITY_ENDPOINT: "http://localhost:8081/msi/token",
      IDENTITY_HEADER: "hunter3",
    });
    expect(environment).toMatchObject({
      configPath: "/etc/drover.json",
      url: "https://drover.example/base",
      logLevel: "warn",
      noColor: true,
    });
    expect(environment.token?.reveal()).toBe("hunter2");
    expect(environment.managedIdentity?.header.reveal()).toBe("hunter3");
    expect(inspect(environment, { depth: 9 })).not.toMatch(/hunter/);
  });

  test("counts an empty variable as unset", () => {
    const empty = Object.fromEntries(environmentVariables.map(({ name }) => [name, ""]));
    expect(readEnvironment(empty)).toEqual(readEnvironment({}));
  });

  test("reports all its problems at once, without the values", () => {
    const read = () => readEnvironment({ DROVER_URL: "http://hunter2.example", DROVER_LOG_LEVEL: "hunter3" });
    expect(read).toThrow(
      /DROVER_URL: expected an https URL.*; DROVER_LOG_LEVEL: expected one of debug, info, warn, error/,
    );
    expect(read).not.toThrow(/hunter/);
  });

  test.each(["http://localhost:8080", "http://127.0.0.1:8080", "http://[::1]:8080", "https://drover.example"])(
    "accepts %s as DROVER_URL",
    (url) => {
      expect(readEnvironment({ DROVER_URL: url }).url).toBe(url);
    },
  );

  test("is the process's own when no other is given", () => {
    expect(processVariables()).toBe(process.env);
  });
});

test("only lib/configuration/environment.ts reads the process environment", () => {
  const readers = sourcesUnder(lib).filter((file) =>
    /process\s*\.\s*env|\benv\b.*from "node:process"/.test(readFileSync(file, "utf8")),
  );
  expect(readers).toEqual([join(lib, "configuration", "environment.ts")]);
});

test("lib/configuration imports contracts, its own modules and Node's alone", () => {
  for (const file of sourcesUnder(join(lib, "configuration"))) {
    const imports = [...readFileSync(file, "utf8").matchAll(/from "([^"]+)"/g)].map((match) => match[1]);
    for (const one of imports) expect(`${file} ${one}`).toMatch(/ (node:|\.\/[a-z-]+\.ts$|\.\.\/contracts\/)/);
  }
});
