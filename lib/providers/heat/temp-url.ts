import { createHmac } from "node:crypto";
import { sha256Hex } from "../../contracts/identifiers.ts";
import { Secret } from "../../contracts/secret.ts";

export interface Signing {
  readonly method: "PUT" | "HEAD";
  /** The object store's URL, account included. */
  readonly endpoint: string;
  readonly container: string;
  readonly object: string;
  readonly expiresMs: number;
  readonly key: Secret;
  readonly digest: "sha1" | "sha256";
}

/**
 * A URL that lets whoever has it do one thing with one object, until it expires.
 * @see https://docs.openstack.org/swift/latest/api/temporary_url_middleware.html
 */
export function signedUrl({ method, endpoint, container, object, expiresMs, key, digest }: Signing): Secret {
  const url = new URL(endpoint);
  const path = `${url.pathname.replace(/\/+$/, "")}/${container}/${object}`;
  const expires = Math.floor(expiresMs / 1000);
  const signature = createHmac(digest, key.reveal()).update(`${method}\n${expires}\n${path}`).digest("hex");
  return new Secret(`${url.origin}${path}?temp_url_sig=${signature}&temp_url_expires=${expires}`);
}

/** One object for each attempt: a used one would answer for the next. */
export function signalObjectOf(operation: string, nonce: string): string {
  return `drover-${operation}-${sha256Hex(nonce).slice(0, 16)}`;
}

/** The object that a signed URL is for, without the signature. */
export function objectIn(url: unknown): string | undefined {
  const path = typeof url === "string" ? URL.parse(url)?.pathname : undefined;
  const object = path?.split("/").at(-1) ?? "";
  return /^drover-[a-z2-7]{52}-[0-9a-f]{16}$/.test(object) ? object : undefined;
}
