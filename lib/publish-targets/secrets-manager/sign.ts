import { AwsV4Signer } from "aws4fetch";
import { Secret } from "../../contracts/secret.ts";
import type { AccessKey } from "./access-key.ts";

export interface Unsigned {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Signed {
  readonly headers: Readonly<Record<string, string>>;
  readonly authorization: Secret;
}

/**
 * Signature version 4 over one POST. Only the signature is the library's: the request goes out through our `Send`, once.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
 */
export async function signed(request: Unsigned, key: AccessKey, region: string, nowMs: number): Promise<Signed> {
  const signer = new AwsV4Signer({
    ...request,
    headers: { ...request.headers },
    method: "POST",
    service: "secretsmanager",
    region,
    datetime: new Date(nowMs).toISOString().replace(/[:-]|\.\d{3}/g, ""),
    accessKeyId: key.id,
    secretAccessKey: key.secret.reveal(),
    ...(key.sessionToken === undefined ? {} : { sessionToken: key.sessionToken.reveal() }),
  });
  const { headers } = await signer.sign();
  const { authorization = "", ...rest } = Object.fromEntries(headers.entries());
  return { headers: rest, authorization: new Secret(authorization) };
}
