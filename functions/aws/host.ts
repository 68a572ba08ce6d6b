import { processVariables, type Variables } from "../../lib/configuration/environment.ts";
import { lazily } from "../../lib/platforms/aws/clients.ts";
import { onceDone } from "../../lib/platforms/aws/deferred.ts";
import type { FunctionParts } from "../../lib/platforms/aws/lambda/functions.ts";
import { type AwsParts, type AwsPlatform, awsVoice, openAwsPlatform } from "../../lib/platforms/aws/platform.ts";
import { queueNames } from "../../lib/platforms/aws/queue-urls.ts";
import { systemAfter } from "../../lib/platforms/aws/timers.ts";
import type { ProviderParts } from "../provider-parts.ts";
import type { LoadedConfiguration } from "./configuration.ts";

/** One instance of a function: what it has is made with its first invocation, once, and kept for those that follow. */
export interface AwsHost {
  readonly parts: FunctionParts;
  /** @throws ConfigurationError with what is wrong in the environment */
  readonly platform: () => AwsPlatform;
  readonly configuration: () => Promise<LoadedConfiguration>;
  readonly providerParts: () => Promise<ProviderParts>;
}

/** What tests put in the place of the world. */
export interface AwsHostOptions extends Partial<AwsParts>, Pick<ProviderParts, "fetch" | "startTimer"> {
  readonly variables: Variables;
}

export function createAwsHost({ variables, fetch, startTimer, ...parts }: AwsHostOptions): AwsHost {
  const voice = awsVoice(variables, parts);
  const platform = lazily(() => openAwsPlatform(variables, voice, parts));
  const queueOf = lazily(() => queueNames(variables));
  const configuration = onceDone(async () => {
    const { vault } = platform();
    const { loadAwsConfiguration } = await import("./configuration.ts");
    return loadAwsConfiguration(variables, vault, parts.persistence);
  });
  return {
    parts: {
      voice,
      log: voice.log,
      after: parts.after ?? systemAfter,
      queue: () => platform().queue,
      clock: { now: () => platform().clock.now() },
      queueOf: (arn) => queueOf()(arn),
    },
    platform,
    configuration,
    async providerParts() {
      const { publishTargets, secret } = await configuration();
      const { clock, randomness, ledger, vault, handoffs, sealer } = platform();
      return {
        ...{ secret, clock, randomness, ledger, vault, handoffs, sealer, publishTargets },
        ...(fetch ? { fetch } : {}),
        ...(startTimer ? { startTimer } : {}),
      };
    },
  };
}

/** The instance that Lambda made this module for. Nothing is read before the first invocation. */
export const thisInstance: AwsHost = createAwsHost({ variables: processVariables() });
