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

export type CloudKind = "aws" | "azure";

interface Cloud {
  readonly name: string;
  readonly noSink: string;
  /** Where secrets stand, as none can stand in files. */
  readonly secrets: string;
  readonly time: string;
}

const clouds: Readonly<Record<CloudKind, Cloud>> = {
  aws: {
    name: "AWS",
    noSink:
      "expected no sinks on AWS, where rules of EventBridge and API destinations deliver events, got one: remove it, and add a rule to the bus",
    secrets: "Secrets Manager, under the prefix of the vault",
    time: "a function has a minute for everything",
  },
  azure: {
    name: "Azure",
    noSink:
      "expected no sinks on Azure, where subscriptions of Event Grid deliver events, got one: remove it, and add a subscription to the topic",
    secrets: "Key Vault, under the prefix of the vault",
    time: "a step has a minute for everything",
  },
};

/** What a function of that cloud cannot do, all of it at once. None of it quotes a value. */
export function cloudMisfits(configuration: Configuration, kind: CloudKind): readonly Misfit[] {
  const { kind: got } = configuration.platform;
  const platform = got === kind ? [] : [{ path: "platform.kind", message: `expected ${kind}, got ${got}` }];
  const { noSink } = clouds[kind];
  const sinks = Object.keys(configuration.sinks).map((name) => ({ path: `sinks.${name}`, message: noSink }));
  const files = secretReferencesIn(configuration).flatMap(({ path, reference }) =>
    reference.startsWith("file:") ? [{ path, message: noFile(reference, kind) }] : [],
  );
  return [...platform, ...sinks, ...files, ...slowConnections(configuration, clouds[kind])];
}

/** A function has 60 s; an effect needs ten before its request and some after it. */
const requestTimeoutMaxMs = 35_000;

const slowConnections = ({ connections }: Configuration, { name: cloud, time }: Cloud): readonly Misfit[] =>
  Object.entries(connections).flatMap(([name, { pace }]) => {
    const text = pace?.requestTimeout;
    if (text === undefined || durationMs(text) <= requestTimeoutMaxMs) return [];
    const message = `expected at most PT35S on ${cloud}, where ${time}, got ${text}`;
    return [{ path: `connections.${name}.pace.requestTimeout`, message }];
  });

export const noFile = (reference: string, kind: CloudKind) =>
  `expected env:NAME or vault:NAME, got ${reference}: a function has no files of its own, so store the secret in ${clouds[kind].secrets}`;
