import type { Clock, Vault } from "../contracts/ports.ts";
import type { IdentityEndpoint } from "../providers/entra/login.ts";
import type { Fetch } from "../providers/exchange.ts";
import type { SecretReader } from "../providers/read-secret.ts";
import type { StartTimer } from "../providers/timer.ts";

/** What every target is made with. */
export interface PublishTargetParts {
  /** Reads a secret by its reference. */
  readonly secret: SecretReader;
  /** Stands in for the network: an emulator in this process, or a test. */
  readonly fetch?: Fetch | undefined;
  readonly clock: Clock;
  /** Measures time-outs; default real time. */
  readonly startTimer?: StartTimer | undefined;
  /** For a managed identity on App Service or Functions. */
  readonly identityEndpoint?: IdentityEndpoint | undefined;
  /** For a target of kind `local-vault`. */
  readonly vault?: Pick<Vault, "describe" | "put"> | undefined;
}

/** What a target of one kind is made of. */
export interface TargetOptions<Configuration> {
  /** Of the target, for messages. */
  readonly name: string;
  readonly configuration: Configuration;
  readonly parts: PublishTargetParts;
}
