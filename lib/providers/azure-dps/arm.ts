import { randomUUID } from "node:crypto";
import { type DroverError, RetryableError } from "../../contracts/errors.ts";
import type { Clock } from "../../contracts/ports.ts";
import type { Secret } from "../../contracts/secret.ts";
import { type Answer, detailsOf } from "../answer.ts";
import type { Call, CallBody } from "../call.ts";
import type { TokenSource } from "../entra/tokens.ts";
import type { Send } from "../http.ts";
import { sendWindow, tooLate } from "../send-window.ts";
import { dpsRefusal, provider, type Subject } from "./errors.ts";

export interface ArmCall extends Omit<Subject, "connection"> {
  readonly method: Call["method"];
  readonly url: string;
  readonly about: string;
  readonly operation: string;
  /** Statuses that are no refusal. */
  readonly expected: readonly number[];
  readonly etag?: string | undefined;
  readonly body?: CallBody;
  readonly urlSecrets?: readonly Secret[];
}

/** When a call that changes something may be sent, and how long it may take. */
export interface Window {
  /** The request is not sent after this time (ms since 1970). */
  readonly sendBefore: number;
  readonly timeoutMs?: number;
}

export interface Answered {
  readonly answer: Answer;
  readonly call: Call;
}

export interface ArmOptions {
  /** How messages name the connection. */
  readonly name: string;
  readonly send: Send;
  readonly tokens: TokenSource;
  readonly clock: Clock;
  /** Makes the id under which a request is sent; default random. */
  readonly newRequestId?: (() => string) | undefined;
}

/** Headers of an answer that say where a change is followed. Real ones are signed: whoever has the URL may read the result. */
export const statusUrlHeader = "azure-asyncoperation";
export const locationHeader = "location";

/** Calls of Azure Resource Manager, each with a token of the connection's identity. */
export class Arm {
  readonly #options: ArmOptions;
  /** The token whose refusal of a change led to a new login, until one is accepted again. */
  #refusedFirst: Secret | undefined;

  constructor(options: ArmOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.name;
  }

  /** Sends one request that changes nothing, and one more after a new login if the token is refused. */
  async read(arm: ArmCall, signal: AbortSignal): Promise<Answered> {
    const { send, tokens } = this.#options;
    const token = await tokens.get(signal);
    let call = this.#callOf(arm, token);
    let answer = await send(call, signal);
    if (answer.status === 401) {
      tokens.refused(token);
      call = this.#callOf(arm, await tokens.get(signal));
      answer = await send(call, signal);
    }
    if (!arm.expected.includes(answer.status)) throw this.#refusal(answer, call, arm);
    return { answer, call };
  }

  /** Sends one request, whatever comes: an expected answer, or an error whose `effect` says what is proven. */
  async change(arm: ArmCall, { sendBefore, timeoutMs }: Window, signal: AbortSignal): Promise<Answered> {
    const { send, tokens, clock } = this.#options;
    const isInTime = sendWindow(clock, sendBefore);
    const token = await tokens.get(signal);
    const call: Call = {
      ...this.#callOf(arm, token),
      changes: true,
      secretHeaders: [statusUrlHeader, locationHeader],
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    };
    // As late as possible: the login may have taken long, or the process may have been frozen.
    if (!isInTime()) throw tooLate(call);
    const answer = await send(call, signal);
    if (answer.status === 401) throw await this.#refused(token, answer, call, arm, signal);
    this.#refusedFirst = undefined;
    if (!arm.expected.includes(answer.status)) throw this.#refusal(answer, call, arm);
    return { answer, call };
  }

  /**
   * A change whose token was refused has not happened. After one new login the engine tries it again, under a new intent: from here it
   * would be a second request under the old one. When the new token is refused as well, a person is asked.
   */
  async #refused(token: Secret, answer: Answer, call: Call, arm: ArmCall, signal: AbortSignal): Promise<Error> {
    const { tokens } = this.#options;
    tokens.refused(token);
    if (this.#refusedFirst !== undefined && token !== this.#refusedFirst) return this.#refusal(answer, call, arm);
    this.#refusedFirst = token;
    await tokens.get(signal);
    return new RetryableError(
      `Expected ${call.about} from ${answer.host}, got ${answer.status}: a new token is in place for the next attempt`,
      { ...detailsOf(answer, call), code: "token-refused", effect: "none" },
    );
  }

  /** A 404 that is not about the thing itself, which may well exist. @throws PermanentError */
  refuseMissingScope({ answer, call }: Answered, arm: Pick<ArmCall, "action" | "missing">): void {
    const error = this.#refusal(answer, call, arm);
    if (error.code !== arm.missing) throw error;
  }

  #refusal(answer: Answer, call: Call, { action, missing }: Pick<ArmCall, "action" | "missing">): DroverError {
    return dpsRefusal(answer, call, { connection: this.name, action, missing });
  }

  #callOf({ method, url, about, operation, etag, body, urlSecrets }: ArmCall, token: Secret): Call {
    const { newRequestId = randomUUID } = this.#options;
    const headers = {
      "x-ms-client-request-id": newRequestId(),
      ...(etag === undefined ? {} : { "if-match": etag }),
    };
    return {
      method,
      url,
      provider,
      about,
      operation,
      headers,
      secretHeader: { name: "authorization", prefix: "Bearer ", value: token },
      ...(body === undefined ? {} : { body }),
      ...(urlSecrets === undefined ? {} : { urlSecrets }),
    };
  }
}
