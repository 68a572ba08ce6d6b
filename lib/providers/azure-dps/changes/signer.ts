import type { KeyObject } from "node:crypto";
import { requireKeyOf, signingKeyOf } from "./authority.ts";
import type { Verification } from "./verification.ts";

/** The CA's key, where the request names it. @throws PermanentError for one that cannot be used */
export async function requireSigner({
  parts,
  fields,
  authority,
}: Pick<Verification, "parts" | "fields" | "authority">) {
  const { signWith } = fields;
  if (signWith === undefined) return undefined;
  const key: KeyObject = signingKeyOf(await parts.secret(signWith.$secret), signWith.$secret);
  if (authority !== undefined) requireKeyOf(authority, key, signWith.$secret);
  return key;
}
