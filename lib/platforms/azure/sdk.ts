import type { Clock } from "../../contracts/ports.ts";
import { type AzureSettings, requestTimeoutMsOf } from "./settings.ts";
import { scopes, sdkCredential, type Tokens } from "./tokens.ts";

/** What adapters over the SDK's clients need. */
export interface SdkParts {
  readonly settings: AzureSettings;
  readonly tokens: Tokens;
  readonly clock: Clock;
}

export const storageCredential = ({ tokens, clock }: SdkParts) => sdkCredential(tokens(scopes.storage), clock);

/**
 * One attempt has a time limit of its own: the SDK has none that covers its answer. Its retries are off everywhere, as a conditional
 * write that it repeated on its own would look like somebody else's.
 */
export function withinTime<Answer>(
  { settings }: Pick<SdkParts, "settings">,
  ask: (options: { readonly abortSignal: AbortSignal }) => Promise<Answer>,
): Promise<Answer> {
  return ask({ abortSignal: AbortSignal.timeout(requestTimeoutMsOf(settings)) });
}
