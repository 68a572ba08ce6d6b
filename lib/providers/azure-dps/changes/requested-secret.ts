import { PermanentError } from "../../../contracts/errors.ts";
import { matchesAny } from "../../../contracts/patterns.ts";
import type { SecretValue } from "../../../contracts/requests/secret-value.ts";
import type { Secret } from "../../../contracts/secret.ts";
import { type ConnectionString, connectionStringOf } from "../connection-string.ts";
import { provider } from "../errors.ts";
import { requireKey } from "../keys.ts";
import type { Parts } from "../parts.ts";

/** Whoever may send requests may not therefore read every secret of the vault. Asked before any of them is read. @throws PermanentError */
export function requirePermitted({ connection, name }: Parts, values: readonly (SecretValue | undefined)[]): void {
  const refused = values.flatMap((value) => {
    const reference = value?.$secret ?? "";
    const allowed = [reference, reference.replace(/^vault:/, "")].some((text) => matchesAny(connection.secrets, text));
    return value === undefined || allowed ? [] : [reference];
  });
  if (refused.length === 0) return;
  throw new PermanentError(
    `Expected secrets that requests may name, got ${[...new Set(refused)].join(", ")}: list them in connections.${name}.secrets if they may`,
    { provider, code: "secret-not-permitted" },
  );
}

/** A hub's connection string as the vault has it. @throws PermanentError that shows nothing of it */
export async function requestedLink(
  { secret }: Parts,
  { $secret }: SecretValue,
): Promise<ConnectionString & { readonly text: Secret }> {
  const text = await secret($secret);
  const parts = connectionStringOf(text);
  if (parts === undefined) {
    throw new PermanentError(
      `Expected ${$secret} to be a hub's connection string with HostName, SharedAccessKeyName and SharedAccessKey, got text without one of them: store the one that the hub shows`,
      { provider, code: "connection-string-unreadable" },
    );
  }
  if (parts.masked) {
    throw new PermanentError(
      `Expected ${$secret} to be a hub's connection string with its key, got one with a mask in its place, as reads of the service show it: store the one that the hub shows`,
      { provider, code: "hub-key-masked" },
    );
  }
  requireKey(parts.key, `the key in the connection string ${$secret}`);
  return { ...parts, text };
}

/** A policy's key as the vault has it. @throws PermanentError when the service would refuse it */
export async function requestedKey({ secret }: Parts, value: SecretValue | undefined): Promise<Secret | undefined> {
  if (value === undefined) return undefined;
  const key = await secret(value.$secret);
  requireKey(key, `${value.$secret} as a policy's key`);
  return key;
}
