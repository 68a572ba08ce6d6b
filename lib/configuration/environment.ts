import { ConfigurationError } from "../contracts/errors.ts";
import { isLoopback } from "../contracts/loopback.ts";
import { Secret } from "../contracts/secret.ts";

/** The only module that reads the process environment. Everything else receives values. */
export type Variables = Readonly<Record<string, string | undefined>>;

export interface EnvironmentVariable {
  readonly name: string;
  readonly meaning: string;
  /** As text; absent when the variable is simply off or unset. */
  readonly default?: string;
}

export const logLevels = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof logLevels)[number];

/** Rendered into the docs. An empty variable counts as unset. */
export const environmentVariables = [
  { name: "DROVER_CONFIG", meaning: "Path of the configuration file", default: "./drover.json" },
  { name: "DROVER_URL", meaning: "Deployed system that commands talk to, an https URL (http on loopback)" },
  { name: "DROVER_TOKEN", meaning: "Bearer token for DROVER_URL" },
  { name: "DROVER_LOG_LEVEL", meaning: `Least level that is logged: ${logLevels.join(", ")}`, default: "info" },
  { name: "DROVER_DEBUG", meaning: "Any value prints the stack of a failure" },
  { name: "NO_COLOR", meaning: "Any value switches colours off (no-color.org)" },
  { name: "IDENTITY_ENDPOINT", meaning: "Where Azure hands out managed-identity tokens; set by Azure Functions" },
  { name: "IDENTITY_HEADER", meaning: "Secret that IDENTITY_ENDPOINT asks for; set by Azure Functions" },
] as const satisfies readonly EnvironmentVariable[];

export interface Environment {
  readonly configPath: string;
  /** Without a trailing slash. */
  readonly url: string | undefined;
  readonly token: Secret | undefined;
  readonly logLevel: LogLevel;
  readonly noColor: boolean;
  readonly managedIdentity: { readonly endpoint: string; readonly header: Secret } | undefined;
}

type VariableName = (typeof environmentVariables)[number]["name"];

/** For `env:NAME` references, which may name any variable. Not part of `Environment`, which may be printed. */
export function processVariables(): Variables {
  return process.env;
}

/** @throws ConfigurationError with all problems at once, without the values */
export function readEnvironment(variables: Variables = process.env): Environment {
  const problems: string[] = [];
  const textOf = (name: VariableName) => variables[name] || undefined;
  const secretOf = (name: VariableName) => {
    const value = textOf(name);
    return value === undefined ? undefined : new Secret(value);
  };
  const url = textOf("DROVER_URL")?.replace(/\/+$/, "");
  if (url !== undefined && !isServiceUrl(url)) {
    problems.push("DROVER_URL: expected an https URL without user, query or fragment (http only on loopback)");
  }
  const logLevel = logLevels.find((level) => level === (textOf("DROVER_LOG_LEVEL") ?? "info"));
  if (!logLevel) problems.push(`DROVER_LOG_LEVEL: expected one of ${logLevels.join(", ")}`);
  const [endpoint, header] = [textOf("IDENTITY_ENDPOINT"), secretOf("IDENTITY_HEADER")];
  if (problems.length > 0) {
    throw new ConfigurationError(`Expected a valid environment, got ${problems.join("; ")}`, {
      code: "invalid-environment",
      problems,
    });
  }
  return {
    configPath: textOf("DROVER_CONFIG") ?? "./drover.json",
    url,
    token: secretOf("DROVER_TOKEN"),
    logLevel: logLevel ?? "info",
    noColor: textOf("NO_COLOR") !== undefined,
    managedIdentity: endpoint !== undefined && header ? { endpoint, header } : undefined,
  };
}

/** An https URL; http only on loopback. */
export function isServiceUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") return false;
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname));
}
