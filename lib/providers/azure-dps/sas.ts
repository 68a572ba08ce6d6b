import { createHmac } from "node:crypto";
import { Secret } from "../../contracts/secret.ts";

export interface SasOptions {
  readonly host: string;
  readonly policy: string;
  readonly key: Secret;
  /** Ms since 1970. */
  readonly expiresAt: number;
}

/**
 * A token for the service's own API, signed with a policy's key.
 * @see https://learn.microsoft.com/azure/iot-dps/how-to-control-access#security-tokens
 */
export function sasToken({ host, policy, key, expiresAt }: SasOptions): Secret {
  const resource = encodeURIComponent(host);
  const expiry = Math.floor(expiresAt / 1000);
  const signature = createHmac("sha256", Buffer.from(key.reveal(), "base64"))
    .update(`${resource}\n${expiry}`, "utf8")
    .digest("base64");
  return new Secret(
    `SharedAccessSignature sr=${resource}&sig=${encodeURIComponent(signature)}&se=${expiry}&skn=${encodeURIComponent(policy)}`,
  );
}
