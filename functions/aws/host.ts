import { processVariables, type Variables } from "../../lib/configuration/environment.ts";
import { systemAfter } from "../../lib/platforms/after.ts";
import type { FunctionParts } from "../../lib/platforms/aws/lambda/functions.ts";
import { type AwsParts, type AwsPlatform, awsVoice, openAwsPlatform } from "../../lib/platforms/aws/platform.ts";
import { queueNames } from "../../lib/platforms/aws/queue-urls.ts";
import { lazily, onceDone } from "../../lib/platforms/made-once.ts";
import { type CloudHost, providerPartsOf } from "../cloud/host.ts";
import type { ProviderParts } from "../provider-parts.ts";

export interface AwsHost extends CloudHost {
  readonly parts: FunctionParts;
  readonly platform: () => AwsPlatform;
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
    providerParts: () =>
      providerPartsOf(
        { platform, configuration },
        { ...(fetch ? { fetch } : {}), ...(startTimer ? { startTimer } : {}) },
      ),
  };
}

/** The instance that Lambda made this module for. Nothing is read before the first invocation. */
export const thisInstance: AwsHost = createAwsHost({ variables: processVariables() });
