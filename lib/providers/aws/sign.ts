import { AwsV4Signer } from "aws4fetch";
import type { Clock } from "../../contracts/ports.ts";
import { Secret } from "../../contracts/secret.ts";
import type { Call } from "../call.ts";
import type { AccessKey } from "./access-key.ts";

export interface Unsigned {
  readonly method?: Call["method"];
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Signed {
  readonly headers: Readonly<Record<string, string>>;
  readonly authorization: Secret;
}

/** What a signature is for. */
export interface Scope {
  /** As it is signed: `secretsmanager`. */
  readonly service: string;
  readonly region: string;
}

/**
 * Signature version 4 over one request; its method is POST where it names none. Only the signature is the library's: the request goes
 * out through our `Send`, once.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
 */
export async function signed(
  { method = "POST", url, headers: sent = {}, body }: Unsigned,
  key: AccessKey,
  scope: Scope,
  nowMs: number,
): Promise<Signed> {
  const signer = new AwsV4Signer({
    method,
    url,
    headers: { ...sent },
    ...(body === undefined ? {} : { body }),
    ...scope,
    datetime: new Date(nowMs).toISOString().replace(/[:-]|\.\d{3}/g, ""),
    accessKeyId: key.id,
    secretAccessKey: key.secret.reveal(),
    ...(key.sessionToken === undefined ? {} : { sessionToken: key.sessionToken.reveal() }),
  });
  const { headers } = await signer.sign();
  const { authorization = "", ...rest } = Object.fromEntries(headers.entries());
  return { headers: rest, authorization: new Secret(authorization) };
}

export interface Signer extends Scope {
  readonly clock: Clock;
  readonly accessKey: () => Promise<AccessKey>;
}

/** Names the kind of an error; its body does where the header is missing. */
export const errorTypeHeader = "x-amzn-errortype";

/** The call as it is sent. The key is read first, so that the signature is as young as it can be. */
export async function signedCall(call: Call, { accessKey, clock, service, region }: Signer): Promise<Call> {
  const key = await accessKey();
  const { method, url, headers: sent = {}, body } = call;
  const text = typeof body?.text === "string" ? body.text : body?.text.reveal();
  const unsigned = { method, url, headers: sent, ...(text === undefined ? {} : { body: text }) };
  const { headers, authorization } = await signed(unsigned, key, { service, region }, clock.wallMs());
  return {
    ...call,
    headers,
    secretHeader: { name: "authorization", value: authorization },
    secrets: [...(call.secrets ?? []), key.secret, ...(key.sessionToken === undefined ? [] : [key.sessionToken])],
    shownHeaders: [errorTypeHeader],
  };
}
