import { createHmac } from "node:crypto";
import { decoded } from "./call.ts";

/** By the length of the signature in hex. */
const DIGESTS: Readonly<Record<number, string>> = { 40: "sha1", 64: "sha256", 128: "sha512" };

/** A URL signed for one of these is good for HEAD as well. */
const ALSO_FOR_HEAD = ["GET", "PUT", "POST"];

export function isSigned(url: URL): boolean {
  return url.searchParams.has("temp_url_sig") || url.searchParams.has("temp_url_expires");
}

/** Whether one of the keys signed this method, path and time, which must not have passed. */
export function mayUseTempUrl(url: URL, method: string, keys: readonly string[], atMs: number): boolean {
  const signature = url.searchParams.get("temp_url_sig") ?? "";
  const expires = url.searchParams.get("temp_url_expires") ?? "";
  const digest = DIGESTS[signature.length];
  const seconds = /^\d+$/.test(expires) ? Number(expires) : Math.floor(Date.parse(expires) / 1_000);
  if (digest === undefined || !(seconds * 1_000 > atMs)) return false;
  const methods = method === "HEAD" ? ["HEAD", ...ALSO_FOR_HEAD] : [method];
  const path = decoded(url.pathname);
  return methods.some((name) =>
    keys.some((key) => createHmac(digest, key).update(`${name}\n${seconds}\n${path}`).digest("hex") === signature),
  );
}
