import { ConfigurationError } from "../../contracts/errors.ts";
import { type LogLevel, logLevels } from "../json-log.ts";
import type { Variables } from "./clients.ts";

/** What stands in the environment of every function, beside what Lambda itself and the AWS SDK put there. */
export interface AwsEnvironment {
  readonly table: string;
  /** Name or ARN. */
  readonly busName: string;
  readonly handoffBucket: string;
  /** Before the name of every secret that people store, e.g. `drover/prod/vault/`. */
  readonly vaultPrefix: string;
  readonly version: string;
}

const required = {
  DROVER_TABLE: "the name of the ledger's table",
  DROVER_BUS_NAME: "the name or ARN of the event bus",
  DROVER_HANDOFF_BUCKET: "the name of the bucket for hand-offs",
  DROVER_VAULT_PREFIX: "what the names of secrets begin with, such as drover/prod/vault/",
} as const;

/** @throws ConfigurationError with all problems at once, without the values */
export function awsEnvironment(variables: Variables): AwsEnvironment {
  const problems = Object.entries(required).flatMap(([name, meaning]) =>
    variables[name] ? [] : [`${name}: expected ${meaning}`],
  );
  if (problems.length > 0) {
    throw new ConfigurationError(`Expected the environment of a function on AWS, got ${problems.join("; ")}`, {
      code: "invalid-environment",
      problems,
    });
  }
  const of = (name: keyof typeof required) => variables[name] ?? "";
  return {
    table: of("DROVER_TABLE"),
    busName: of("DROVER_BUS_NAME"),
    handoffBucket: of("DROVER_HANDOFF_BUCKET"),
    vaultPrefix: of("DROVER_VAULT_PREFIX"),
    version: variables["DROVER_VERSION"] || "unknown",
  };
}

/** Never refused: a function that cannot say what is wrong with it is worse than one that says too much. */
export function logLevelIn(variables: Variables): LogLevel {
  return logLevels.find((level) => level === variables["DROVER_LOG_LEVEL"]) ?? "info";
}
