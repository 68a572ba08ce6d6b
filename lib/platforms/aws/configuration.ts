import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Configuration } from "../../contracts/configuration.ts";
import { ConfigurationError } from "../../contracts/errors.ts";
import { cloudMisfits, noFile } from "../../contracts/platform-fit.ts";
import type { Vault } from "../../contracts/ports.ts";
import { type SecretResolver, secretResolver } from "../secret-references.ts";
import type { Variables } from "./clients.ts";
import type { ReadParameter } from "./parameter-store.ts";

export interface ConfigurationSources {
  readonly variables: Variables;
  /** `parseConfiguration` of lib/configuration; the second argument names the source in errors. */
  readonly parse: (text: string, path: string) => Configuration;
  /** Asked only where a parameter is named. */
  readonly readParameter: ReadParameter;
  readonly readText?: (path: string) => Promise<string>;
}

/**
 * The configuration: `DROVER_CONFIGURATION` (JSON; a function's variables have 4 KiB together), or the parameter of Systems Manager
 * that `DROVER_CONFIGURATION_PARAMETER` names (4 KiB, 8 KiB as an advanced one), or `drover.json` beside the function.
 * @throws ConfigurationError with all problems at once, none of which quotes a value
 */
export async function readConfiguration(sources: ConfigurationSources): Promise<Configuration> {
  const { text, from } = await textOf(sources);
  const configuration = sources.parse(text, from);
  const problems = cloudMisfits(configuration, "aws").map(({ path, message }) => `${path}: ${message}`);
  if (problems.length === 0) return configuration;
  throw new ConfigurationError(`Expected a configuration that fits AWS in ${from}, got ${problems.join("; ")}`, {
    code: "invalid-configuration",
    problems,
  });
}

async function textOf({ variables, readParameter, readText = (path) => readFile(path, "utf8") }: ConfigurationSources) {
  const { DROVER_CONFIGURATION: text, DROVER_CONFIGURATION_PARAMETER: parameter } = variables;
  if (text && parameter) {
    throw new ConfigurationError(
      "Expected DROVER_CONFIGURATION or DROVER_CONFIGURATION_PARAMETER, got both: remove one of them",
      { code: "invalid-environment" },
    );
  }
  if (text) return { text, from: "DROVER_CONFIGURATION" };
  if (parameter) return { text: await readParameter(parameter), from: `parameter ${parameter}` };
  const path = variables["DROVER_CONFIG"] || join(variables["LAMBDA_TASK_ROOT"] || ".", "drover.json");
  try {
    return { text: await readText(path), from: path };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "an error";
    throw new ConfigurationError(
      `Expected the configuration in ${path}, got ${code}: add drover.json to the function's package, or set DROVER_CONFIGURATION_PARAMETER`,
      { code: "configuration-unreadable" },
    );
  }
}

/** Secrets by reference: `env:` and `vault:` (Secrets Manager). @throws ConfigurationError for `file:`, before anything is read */
export function awsSecretResolver(variables: Variables, vault: Pick<Vault, "get">): SecretResolver {
  const resolve = secretResolver({
    environment: variables,
    vault,
    baseFolder: "/",
    readFile: () => Promise.reject(new Error("Expected no file to be read, got one")),
  });
  return async (reference) => {
    if (!reference.startsWith("file:")) return resolve(reference);
    throw new ConfigurationError(`Expected a secret that a function can reach, ${noFile(reference, "aws")}`, {
      code: "secret-missing",
    });
  };
}
