import type { DroverError } from "../../contracts/errors.ts";
import { RetryableError } from "../../contracts/errors.ts";
import type { Clock } from "../../contracts/ports.ts";
import type { Secret } from "../../contracts/secret.ts";
import { type Answer, detailsOf } from "../../providers/answer.ts";
import type { Call, CallBody } from "../../providers/call.ts";
import type { TokenSource } from "../../providers/entra/tokens.ts";
import type { Send } from "../../providers/http.ts";
import { sendWindow, tooLate } from "../../providers/send-window.ts";
import { valueIn } from "../../providers/value.ts";
import { keyVaultRefusal, problemIn, provider } from "./refusals.ts";
import { type SecretBundle, secretSchema, versionIn, writtenSchema } from "./wire.ts";

export interface KeyVaultClientOptions {
  readonly send: Send;
  readonly tokens: TokenSource;
  readonly clock: Clock;
  /** Of the publish target, for messages. */
  readonly name: string;
  readonly urlOf: (secret: string) => string;
}

export class KeyVaultClient {
  readonly #options: KeyVaultClientOptions;
  /** The token whose refusal of a write led to a new login, until the vault accepts one again. */
  #refusedFirst: Secret | undefined;

  constructor(options: KeyVaultClientOptions) {
    this.#options = options;
  }

  /** Sends one GET, and one more after a new login if the token is refused. Undefined when there is no such secret. */
  async read(secret: string, signal: AbortSignal): Promise<SecretBundle | undefined> {
    const { send, tokens, name, urlOf } = this.#options;
    const base: Call = {
      method: "GET",
      url: urlOf(secret),
      provider,
      about: `secret ${secret}`,
      operation: "read-secret",
    };
    const token = await tokens.get(signal);
    let call = authorized(base, token);
    let answer = await send(call, signal);
    if (answer.status === 401) {
      tokens.refused(token);
      call = authorized(base, await tokens.get(signal));
      answer = await send(call, signal);
    }
    // Any other 404 comes from something that is no vault, and says nothing of the secret.
    if (answer.status === 404 && problemIn(answer).code === "SecretNotFound") return undefined;
    if (answer.status !== 200) throw keyVaultRefusal(answer, call, name);
    return valueIn(answer, call, secretSchema);
  }

  /** Sends one PUT, whatever comes: the new version, or an error whose `effect` says what is proven. */
  async write(
    secret: string,
    body: CallBody,
    { sendBefore, timeoutMs }: { readonly sendBefore: number; readonly timeoutMs: number },
    signal: AbortSignal,
  ): Promise<{ readonly version: string; readonly requestId?: string }> {
    const { send, tokens, clock, name, urlOf } = this.#options;
    const isInTime = sendWindow(clock, sendBefore);
    const token = await tokens.get(signal);
    const about = `a new version of secret ${secret}`;
    const call = authorized(
      {
        method: "PUT",
        url: urlOf(secret),
        provider,
        about,
        operation: "publish-secret",
        changes: true,
        timeoutMs,
        body,
      },
      token,
    );
    // As late as possible: the login may have taken long, or the process may have been frozen.
    if (!isInTime()) throw tooLate(call);
    const answer = await send(call, signal);
    if (answer.status === 401) throw await this.#refused(token, answer, call, signal);
    this.#refusedFirst = undefined;
    if (answer.status !== 200) throw keyVaultRefusal(answer, call, name);
    const version = versionIn(valueIn(answer, call, writtenSchema));
    return { version, ...(answer.requestId === undefined ? {} : { requestId: answer.requestId }) };
  }

  /**
   * A write whose token was refused has written nothing. After one new login the engine tries it again, under a new intent: from here it
   * would be a second PUT under the old one. When the new token is refused as well, a person is asked.
   */
  async #refused(token: Secret, answer: Answer, call: Call, signal: AbortSignal): Promise<DroverError> {
    const { tokens, name } = this.#options;
    tokens.refused(token);
    if (this.#refusedFirst !== undefined && token !== this.#refusedFirst) return keyVaultRefusal(answer, call, name);
    this.#refusedFirst = token;
    await tokens.get(signal);
    return new RetryableError(
      `Expected ${call.about} from ${answer.host}, got ${answer.status}: a new token is in place for the next attempt`,
      { ...detailsOf(answer, call), code: "token-refused", effect: "none" },
    );
  }
}

function authorized(call: Call, token: Secret): Call {
  return { ...call, secretHeader: { name: "authorization", prefix: "Bearer ", value: token } };
}
