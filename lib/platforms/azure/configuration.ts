import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Configuration } from "../../contracts/configuration.ts";
import { ConfigurationError } from "../../contracts/errors.ts";
import { cloudMisfits, noFile } from "../../contracts/platform-fit.ts";
import type { Vault } from "../../contracts/ports.ts";
import { secretReferencesIn } from "../../contracts/secret-references.ts";
import { type SecretResolver, secretResolver } from "../secret-references.ts";
import type { Variables } from "./settings.ts";

export interface ConfigurationSources {
  readonly variables: Variables;
  /** `parseConfiguration` of lib/configuration; the second argument names the source in errors. */
  readonly parse: (text: string, path: string) => Configuration;
  readonly readText?: (path: string) => Promise<string>;
}

/** What stands in a setting whose reference the host could not resolve. @see https://learn.microsoft.com/azure/app-service/app-service-key-vault-references */
const unresolvedReference = /^@Microsoft\.KeyVault\(/i;

/**
 * The configuration: the app setting `DROVER_CONFIGURATION` (JSON, or a Key Vault reference to a secret with it), or the file that
 * `DROVER_CONFIG` names, or `drover.json` beside the functions.
 * @throws ConfigurationError with all problems at once, none of which quotes a value
 */
export async function readConfiguration(sources: ConfigurationSources): Promise<Configuration> {
  const { text, from } = await textOf(sources);
  const configuration = sources.parse(text, from);
  const references = secretReferencesIn(configuration);
  const problems = [
    ...cloudMisfits(configuration, "azure").map(({ path, message }) => `${path}: ${message}`),
    ...references.flatMap(({ path, reference }) => {
      const name = reference.startsWith("env:") ? reference.slice("env:".length) : "";
      return unresolvedReference.test(sources.variables[name] ?? "") ? [`${path}: ${unresolved(name)}`] : [];
    }),
  ];
  if (problems.length === 0) return configuration;
  throw new ConfigurationError(`Expected a configuration that fits Azure in ${from}, got ${problems.join("; ")}`, {
    code: "invalid-configuration",
    problems,
  });
}

async function textOf({ variables, readText = (path) => readFile(path, "utf8") }: ConfigurationSources) {
  const { DROVER_CONFIGURATION: text } = variables;
  if (text) {
    if (!unresolvedReference.test(text)) return { text, from: "DROVER_CONFIGURATION" };
    throw new ConfigurationError(`Expected the configuration in DROVER_CONFIGURATION, got ${unresolved("it")}`, {
      code: "configuration-unreadable",
    });
  }
  const path = variables["DROVER_CONFIG"] || join(variables["AzureWebJobsScriptRoot"] || ".", "drover.json");
  try {
    return { text: await readText(path), from: path };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "an error";
    throw new ConfigurationError(
      `Expected the configuration in ${path}, got ${code}: add drover.json to the app's package, or set DROVER_CONFIGURATION`,
      { code: "configuration-unreadable" },
    );
  }
}

const unresolved = (name: string) =>
  `a Key Vault reference that was not resolved in ${name}: let the app's identity read that secret, and check its name`;

/** Secrets by reference: `env:` and `vault:` (Key Vault). @throws ConfigurationError for `file:`, before anything is read */
export function azureSecretResolver(variables: Variables, vault: Pick<Vault, "get">): SecretResolver {
  const resolve = secretResolver({
    environment: variables,
    vault,
    baseFolder: "/",
    readFile: () => Promise.reject(new Error("Expected no file to be read, got one")),
  });
  return async (reference) => {
    if (reference.startsWith("file:")) {
      throw new ConfigurationError(`Expected a secret that an app can reach, ${noFile(reference, "azure")}`, {
        code: "secret-missing",
      });
    }
    const secret = await resolve(reference);
    if (!unresolvedReference.test(secret.reveal())) return secret;
    throw new ConfigurationError(`Expected a secret at ${reference}, got ${unresolved("it")}`, {
      code: "secret-missing",
    });
  };
}
