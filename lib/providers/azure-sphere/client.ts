import type * as z from "zod/mini";
import { RetryableError } from "../../contracts/errors.ts";
import type { Clock } from "../../contracts/ports.ts";
import type { Secret } from "../../contracts/secret.ts";
import { type Answer, detailsOf } from "../answer.ts";
import type { Call } from "../call.ts";
import type { TokenSource } from "../entra/tokens.ts";
import type { Send } from "../http.ts";
import { sendWindow, tooLate } from "../send-window.ts";
import { type Checked, valueIn } from "../value.ts";
import { type Advice, provider, sphereRefusal } from "./errors.ts";

/** An answer's value as it was checked, with the answer that it came in. */
export interface Read<Value> {
  readonly value: Value;
  readonly answer: Answer;
}

export interface ReadCall<Schema extends z.core.$ZodType> {
  readonly url: string;
  readonly about: string;
  readonly operation: string;
  readonly schema: Checked<Schema>;
  readonly advice?: Advice;
  /** Request header that asks for the next page. */
  readonly continuation?: string | undefined;
}

export interface CreateCall {
  readonly url: string;
  readonly about: string;
  readonly body: readonly string[];
  readonly timeoutMs: number;
  /** The request is not sent after this time (ms since 1970). */
  readonly sendBefore: number;
}

export interface SphereClientOptions {
  readonly send: Send;
  readonly tokens: TokenSource;
  readonly clock: Clock;
  /** How messages name the connection. */
  readonly name: string;
  readonly sphereTenantId: string;
}

export class SphereClient {
  readonly #options: SphereClientOptions;
  readonly #advice: Advice;
  /** The token whose refusal of a create led to a new login, until the API accepts one again. */
  #refusedFirst: Secret | undefined;

  constructor(options: SphereClientOptions) {
    const { name, sphereTenantId } = options;
    this.#options = options;
    this.#advice = {
      401: `a token just got was refused, so check scope and clientId of connection ${name}`,
      403: `give the identity of connection ${name} a role in Sphere tenant ${sphereTenantId}, which is not the Entra directory`,
    };
  }

  /** Sends one GET, and one more after a new login if the token is refused. */
  async read<Schema extends z.core.$ZodType>(
    { url, about, operation, schema, advice, continuation }: ReadCall<Schema>,
    signal: AbortSignal,
  ): Promise<Read<z.output<Schema>>> {
    const { send, tokens } = this.#options;
    const headers = continuation === undefined ? {} : { headers: { "sphere-continuation": continuation } };
    const base: Call = { method: "GET", url, provider, about, operation, ...headers };
    const token = await tokens.get(signal);
    let call = authorized(base, token);
    let answer = await send(call, signal);
    if (answer.status === 401) {
      tokens.refused(token);
      call = authorized(base, await tokens.get(signal));
      answer = await send(call, signal);
    }
    if (answer.status !== 200) throw sphereRefusal(answer, call, { ...this.#advice, ...advice });
    return { value: valueIn(answer, call, schema), answer };
  }

  /** Sends one POST, whatever comes: its answer with status 202, or an error whose `effect` says what is proven. */
  async create(
    { url, about, body, timeoutMs, sendBefore }: CreateCall,
    signal: AbortSignal,
  ): Promise<{ readonly answer: Answer; readonly call: Call }> {
    const { send, tokens, clock } = this.#options;
    const isInTime = sendWindow(clock, sendBefore);
    const token = await tokens.get(signal);
    const operation = "create-deployment";
    const content = { contentType: "application/json", text: JSON.stringify(body) };
    const call = authorized(
      { method: "POST", url, provider, about, operation, changes: true, timeoutMs, body: content },
      token,
    );
    // As late as possible: the login may have taken long, or the process may have been frozen.
    if (!isInTime()) throw tooLate(call);
    const answer = await send(call, signal);
    if (answer.status === 401) throw await this.#refused(token, answer, call, signal);
    this.#refusedFirst = undefined;
    if (answer.status !== 202) throw sphereRefusal(answer, call, this.#advice);
    return { answer, call };
  }

  /**
   * A create whose token was refused has started nothing. After one new login the engine tries it again, under a new intent: from here
   * it would be a second POST under the old one. When the new token is refused as well, a person is asked.
   */
  async #refused(token: Secret, answer: Answer, call: Call, signal: AbortSignal): Promise<Error> {
    const { tokens } = this.#options;
    tokens.refused(token);
    if (this.#refusedFirst !== undefined && token !== this.#refusedFirst) {
      return sphereRefusal(answer, call, this.#advice);
    }
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
