import type * as z from "zod/mini";
import type { HeatConnection } from "../../contracts/connections/heat.ts";
import { type DroverError, RetryableError } from "../../contracts/errors.ts";
import type { Clock } from "../../contracts/ports.ts";
import type { Secret } from "../../contracts/secret.ts";
import { type Answer, detailsOf } from "../answer.ts";
import type { Call, CallBody } from "../call.ts";
import type { Send } from "../http.ts";
import { sendWindow, tooLate } from "../send-window.ts";
import type { Grants } from "../tokens.ts";
import { type Checked, valueIn } from "../value.ts";
import { endpointOf, type Service } from "./catalogue.ts";
import { type Advice, heatRefusal, provider } from "./errors.ts";
import { flavours } from "./flavours.ts";
import type { Session } from "./session.ts";

/** One call of a service; where the service is, the session says. */
export interface ServiceCall {
  readonly method: Call["method"];
  /** Below the endpoint, beginning with a slash. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Default: Heat. */
  readonly service?: Service;
  readonly about: string;
  readonly operation: string;
  readonly body?: CallBody;
  readonly timeoutMs?: number;
  readonly maxBytes?: number;
  readonly advice?: Advice;
}

/** An answer with what it answers. */
export interface Asked {
  readonly answer: Answer;
  readonly call: Call;
}

export interface Read<Value> extends Asked {
  readonly value: Value;
}

export interface HeatClientOptions {
  readonly name: string;
  readonly connection: HeatConnection;
  readonly sessions: Grants<Session>;
  readonly clock: Clock;
  /** A sender that may send secrets to that origin, and to no other. */
  readonly sendTo: (origin: string) => Send;
}

/** Statuses of a success; Heat creates with 200, and says 204 of a deletion. */
const accepted: readonly number[] = [200, 201, 202, 204];

export class HeatClient {
  readonly #options: HeatClientOptions;
  readonly #advice: Advice;
  /** The token whose refusal of a create led to a new login, until Heat accepts one again. */
  #refusedFirst: Secret | undefined;

  constructor(options: HeatClientOptions) {
    const { name, connection } = options;
    const { askFor } = flavours[connection.flavour];
    this.#options = options;
    this.#advice = {
      401: `a token just got was refused, so check that authUrl and endpoint of connection ${name} belong to one cloud`,
      403: `give the user of connection ${name} the role ${askFor} in the project, and check that a configured endpoint names the token's project`,
      405: `check connections.${name}.endpoint`,
    };
  }

  async session(signal: AbortSignal): Promise<Session> {
    return await this.#options.sessions.get(signal);
  }

  /** Whatever comes is the answer. What may be repeated is sent once more after a new login, if the token is refused. */
  async ask(call: ServiceCall, signal: AbortSignal): Promise<Asked> {
    const { sessions } = this.#options;
    const session = await sessions.get(signal);
    const asked = await this.#send(call, session, signal);
    if (asked.answer.status !== 401) return asked;
    sessions.refused(session.token);
    return await this.#send(call, await sessions.get(signal), signal);
  }

  /** @throws the error of every answer that is no success */
  async read<Schema extends z.core.$ZodType>(
    call: ServiceCall,
    schema: Checked<Schema>,
    signal: AbortSignal,
  ): Promise<Read<z.output<Schema>>> {
    const asked = await this.ask(call, signal);
    if (!accepted.includes(asked.answer.status)) throw this.refusal(asked, call.advice);
    return { ...asked, value: valueIn(asked.answer, asked.call, schema) };
  }

  /** Sends one POST, whatever comes: the value of a success, or an error whose `effect` says what is proven. */
  async create<Schema extends z.core.$ZodType>(
    call: ServiceCall,
    schema: Checked<Schema>,
    { signal, sendBefore }: { readonly signal: AbortSignal; readonly sendBefore?: number | undefined },
  ): Promise<Read<z.output<Schema>>> {
    const { sessions, clock } = this.#options;
    const isInTime = sendBefore === undefined ? () => true : sendWindow(clock, sendBefore);
    const session = await sessions.get(signal);
    // As late as possible: the login may have taken long, or the process may have been frozen.
    if (!isInTime()) throw tooLate({ ...call, provider, url: "" });
    const asked = await this.#send(call, session, signal);
    if (asked.answer.status === 401) throw await this.#refused(session.token, asked, signal);
    this.#refusedFirst = undefined;
    if (!accepted.includes(asked.answer.status)) throw this.refusal(asked, call.advice);
    return { ...asked, value: valueIn(asked.answer, asked.call, schema) };
  }

  refusal({ answer, call }: Asked, advice?: Advice): DroverError {
    const { throttlesWith413 } = flavours[this.#options.connection.flavour];
    return heatRefusal(answer, call, { ...this.#advice, ...advice }, throttlesWith413);
  }

  async #send(
    { method, path, query, service = "orchestration", advice: _advice, ...rest }: ServiceCall,
    session: Session,
    signal: AbortSignal,
  ): Promise<Asked> {
    const { connection, name, sendTo } = this.#options;
    const endpoint = endpointOf(connection, name, session, service);
    const search = query === undefined ? "" : `?${new URLSearchParams(query)}`;
    const call: Call = {
      ...rest,
      method,
      url: `${endpoint.url}${path}${search}`,
      provider,
      changes: method !== "GET" && method !== "HEAD",
      secretHeader: { name: "x-auth-token", value: session.token },
    };
    return { answer: await sendTo(endpoint.origin)(call, signal), call };
  }

  /**
   * A create whose token was refused has started nothing. After one new login the engine tries it again, under a new intent: from here
   * it would be a second POST under the old one. When the new token is refused as well, a person is asked.
   */
  async #refused(token: Secret, asked: Asked, signal: AbortSignal): Promise<DroverError> {
    const { sessions } = this.#options;
    const { answer, call } = asked;
    sessions.refused(token);
    if (this.#refusedFirst !== undefined && token !== this.#refusedFirst) return this.refusal(asked);
    this.#refusedFirst = token;
    await sessions.get(signal);
    return new RetryableError(
      `Expected ${call.about} from ${answer.host}, got ${answer.status}: a new token is in place for the next attempt`,
      { ...detailsOf(answer, call), code: "token-refused", effect: "none" },
    );
  }
}
