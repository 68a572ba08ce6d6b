import type { Configuration, LocalPlatformConfiguration } from "./configuration.ts";
import { durationMs } from "./duration.ts";
import { ConfigurationError } from "./errors.ts";
import { secretReferencesIn } from "./secret-references.ts";

/** What one platform has and another has not. */
export interface Misfit {
  /** Where in the configuration: `sinks.audit`. */
  readonly path: string;
  readonly message: string;
}

/** The platform of one machine. @throws ConfigurationError that says how to reach another one */
export function localPlatformOf({ platform }: Pick<Configuration, "platform">): LocalPlatformConfiguration {
  if (platform.kind === "local") return platform;
  throw new ConfigurationError(
    `Expected a configuration of this machine (platform.kind local), got one for ${platform.kind}: name the deployed system with --url or DROVER_URL, and its token in DROVER_TOKEN`,
    { code: "other-platform" },
  );
}

/** What a function on AWS cannot do, all of it at once. None of it quotes a value. */
export function awsMisfits(configuration: Configuration): readonly Misfit[] {
  const { kind } = configuration.platform;
  const platform = kind === "aws" ? [] : [{ path: "platform.kind", message: `expected aws, got ${kind}` }];
  const sinks = Object.keys(configuration.sinks).map((name) => ({ path: `sinks.${name}`, message: noSink }));
  const files = secretReferencesIn(configuration).flatMap(({ path, reference }) =>
    reference.startsWith("file:") ? [{ path, message: noFile(reference) }] : [],
  );
  return [...platform, ...sinks, ...files, ...slowConnections(configuration)];
}

/** A function has 60 s; an effect needs ten before its request and some after it. */
const requestTimeoutMaxMs = 35_000;

const slowConnections = ({ connections }: Configuration): readonly Misfit[] =>
  Object.entries(connections).flatMap(([name, { pace }]) => {
    const text = pace?.requestTimeout;
    if (text === undefined || durationMs(text) <= requestTimeoutMaxMs) return [];
    const message = `expected at most PT35S on AWS, where a function has a minute for everything, got ${text}`;
    return [{ path: `connections.${name}.pace.requestTimeout`, message }];
  });

const noSink =
  "expected no sinks on AWS, where rules of EventBridge and API destinations deliver events, got one: remove it, and add a rule to the bus";

export const noFile = (reference: string) =>
  `expected env:NAME or vault:NAME, got ${reference}: a function has no files of its own, so store the secret in Secrets Manager, under the prefix of the vault`;
