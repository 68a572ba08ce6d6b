import { createHash } from "node:crypto";
import { AwsV4Signer } from "aws4fetch";
import { boundedBody } from "../bounded-body.ts";
import { type AwsSettings, requestTimeoutMsOf } from "./clients.ts";
import { type Asked, failureOf } from "./failures.ts";

/**
 * Calls of S3 and of Parameter Store, signed by a small library and sent by `fetch`: their SDK clients would add 429 and 368 kB to
 * a bundle, this is 11 kB.
 */
export interface SignedCall {
  readonly service: "s3" | "ssm";
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
  /** Beyond the time that any call has, for what is sent or expected. */
  readonly moreTimeMs?: number;
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

export interface SendParts {
  readonly settings: AwsSettings;
  readonly now?: () => number;
  readonly fetch?: (request: Request) => Promise<Response>;
}

export type SendSigned = (call: SignedCall, asked: Asked) => Promise<Answered>;

/** Sends once. @throws RetryableError when no whole answer came: what was asked for may have been done */
export function signedSender({ settings, now = Date.now, fetch: send = fetch }: SendParts): SendSigned {
  return async (call, asked) => {
    try {
      const signal = AbortSignal.timeout(Math.ceil(requestTimeoutMsOf(settings) + (call.moreTimeMs ?? 0)));
      const response = await send(new Request(await signedRequest(call, settings, now()), { signal }));
      return { status: response.status, headers: response.headers, body: await boundedBody(response) };
    } catch (error) {
      throw failureOf(error, asked);
    }
  };
}

async function signedRequest(call: SignedCall, settings: AwsSettings, nowMs: number): Promise<Request> {
  const { service, method, url, headers = {}, body } = call;
  const { accessKeyId, secretAccessKey, sessionToken } = settings.credentials();
  const hash = createHash("sha256")
    .update(body ?? "")
    .digest("hex");
  const signer = new AwsV4Signer({
    method,
    url: url.href,
    // Without it the library would leave the body unsigned for S3.
    headers: { ...headers, "x-amz-content-sha256": hash },
    body: body ?? null,
    service,
    region: settings.region,
    datetime: new Date(nowMs).toISOString().replace(/[:-]|\.\d{3}/g, ""),
    accessKeyId,
    secretAccessKey: secretAccessKey.reveal(),
    ...(sessionToken === undefined ? {} : { sessionToken: sessionToken.reveal() }),
  });
  const signed = await signer.sign();
  // A signature goes to the address that it was made for, and nowhere that an answer points to.
  return new Request(signed.url, { method, headers: signed.headers, body: body ?? null, redirect: "manual" });
}
