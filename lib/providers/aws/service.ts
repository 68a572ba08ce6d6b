import type { AwsCredential } from "../../contracts/connections/aws.ts";
import type { Clock } from "../../contracts/ports.ts";
import type { Answer } from "../answer.ts";
import type { Call } from "../call.ts";
import type { Fetch } from "../exchange.ts";
import { createSend, type Send } from "../http.ts";
import type { SecretReader } from "../read-secret.ts";
import { sendWindow, tooLate } from "../send-window.ts";
import type { StartTimer } from "../timer.ts";
import { type AccessKey, accessKeyOf } from "./access-key.ts";
import { endpointOf } from "./endpoint.ts";
import { withoutOpaque } from "./opaque.ts";
import { signedCall } from "./sign.ts";

export interface AwsServiceOptions {
  readonly connection: {
    readonly kind: string;
    readonly region: string;
    readonly endpoint?: string | undefined;
    readonly credential: AwsCredential;
    readonly origins?: readonly string[] | undefined;
  };
  /** As in signatures and in the name of its host. */
  readonly service: string;
  /** Reads a secret by its reference. */
  readonly secret: SecretReader;
  /** Stands in for the network: an emulator in this process, or a test. */
  readonly fetch?: Fetch | undefined;
  readonly clock: Clock;
  /** Measures time-outs; default real time. */
  readonly startTimer?: StartTimer | undefined;
  readonly readTimeoutMs: number;
  /** Longest answer. */
  readonly answerBytes: number;
}

export interface Answered {
  readonly answer: Answer;
  readonly call: Call;
}

/** When a request that changes something is sent at the latest, and how long it may take. */
export interface Window {
  readonly sendBefore: number;
  readonly timeoutMs: number;
}

/** What a call of one service is, beside its place. */
export type ServiceCall = Omit<Call, "url" | "provider"> & {
  /** Below the endpoint, encoded, query included. */
  readonly path: string;
};

/** One service of AWS, asked with signed requests: each is exactly one HTTP request. */
export class AwsService {
  readonly #options: AwsServiceOptions;
  readonly #send: Send;
  readonly #base: string;

  constructor(options: AwsServiceOptions) {
    const { connection, service, readTimeoutMs: timeoutMs, answerBytes: maxBytes } = options;
    const endpoint = endpointOf(service, connection);
    const { origin } = endpoint;
    this.#options = options;
    this.#base = endpoint.href.replace(/\/+$/, "");
    const origins = new Set([origin, ...(connection.origins ?? []).map((other) => new URL(other).origin)]);
    this.#send = createSend({ ...options, origins, secretsTo: origin, timeoutMs, maxBytes });
  }

  urlOf(path: string): string {
    return `${this.#base}${path}`;
  }

  accessKey(): Promise<AccessKey> {
    const { connection, secret } = this.#options;
    return accessKeyOf(connection.credential, secret, connection.kind);
  }

  async read(call: ServiceCall, signal: AbortSignal): Promise<Answered> {
    return this.#sent(await this.#signed(call), signal);
  }

  /** @throws RetryableError, with the effect `none`, when it got too late before it was sent */
  async change(
    call: ServiceCall,
    { sendBefore, timeoutMs }: Window,
    signal: AbortSignal,
  ): Promise<Answered & { readonly sentAtMs: number }> {
    const { clock } = this.#options;
    const isInTime = sendWindow(clock, sendBefore);
    const whole = await this.#signed({ ...call, changes: true, timeoutMs });
    // As late as possible: reading the key may have taken long, or the process may have been frozen.
    if (!isInTime()) throw tooLate(whole);
    const sentAtMs = clock.now();
    return { ...(await this.#sent(whole, signal)), sentAtMs };
  }

  #signed({ path, ...call }: ServiceCall): Promise<Call> {
    const { connection, service, clock } = this.#options;
    const { kind: provider, region } = connection;
    const accessKey = () => this.accessKey();
    return signedCall({ ...call, url: this.urlOf(path), provider }, { accessKey, clock, service, region });
  }

  async #sent(call: Call, signal: AbortSignal): Promise<Answered> {
    return { answer: withoutOpaque(await this.#send(call, signal)), call };
  }
}

/** Stricter than JavaScript's own, as in a signature: everything but letters, digits and `-._~`. */
export function escaped(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
}
