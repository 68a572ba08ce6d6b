import { type Answer, empty, json } from "../exchange/answer.ts";
import { type Call, fieldsOf, jsonBody } from "../exchange/call.ts";
import { isDeleted, secretNotFound, showDeleted, showVersion, vaultError } from "./answers.ts";
import type { Permission, SecretVersion, Vault, VaultEffect, VaultSecret, VaultWorld } from "./world.ts";

export interface SecretCall extends Call {
  readonly world: VaultWorld;
  readonly vault: Vault;
}

export interface SecretRoute {
  readonly operation: string;
  readonly permission: Permission;
  readonly handle: (call: SecretCall) => Answer;
}

const NAME = /^[0-9a-zA-Z-]{1,127}$/;

/** What the method and the path mean, or null. A version may be empty: official clients ask for `/secrets/{name}/`. */
export function secretRoute(method: string, segments: readonly string[]): SecretRoute | null {
  const [collection = "", name = "", version = ""] = segments;
  const isList = version.toLowerCase() === "versions";
  switch (
    `${method} ${collection.toLowerCase()} ${name === "" ? "all" : version === "" ? "one" : isList ? "versions" : "version"}`
  ) {
    case "PUT secrets one":
      return { operation: "SetSecret", permission: "set", handle: (call) => setSecret(call, name) };
    case "GET secrets one":
    case "GET secrets version":
      return { operation: "GetSecret", permission: "get", handle: (call) => getSecret(call, name, version) };
    case "GET secrets versions":
      return { operation: "GetSecretVersions", permission: "list", handle: (call) => listVersions(call, name) };
    case "GET secrets all":
      return { operation: "GetSecrets", permission: "list", handle: listSecrets };
    case "PATCH secrets version":
      return { operation: "UpdateSecret", permission: "set", handle: (call) => updateSecret(call, name, version) };
    case "DELETE secrets one":
      return { operation: "DeleteSecret", permission: "delete", handle: (call) => deleteSecret(call, name) };
    case "GET deletedsecrets one":
      return { operation: "GetDeletedSecret", permission: "get", handle: (call) => getDeleted(call, name) };
    case "DELETE deletedsecrets one":
      return { operation: "PurgeDeletedSecret", permission: "purge", handle: (call) => purge(call, name) };
    case "POST deletedsecrets version":
      if (version.toLowerCase() !== "recover") return null;
      return { operation: "RecoverDeletedSecret", permission: "recover", handle: (call) => recover(call, name) };
    default:
      return null;
  }
}

function setSecret(call: SecretCall, name: string): Answer {
  const { world, vault, atMs } = call;
  const body = fieldsOf(jsonBody(call));
  if (!NAME.test(name)) return vaultError(400, "BadParameter", `The request URI contains an invalid name: ${name}`);
  if (typeof body?.["value"] !== "string") return vaultError(400, "BadParameter", "Property value has invalid value");
  const known = vault.secrets.get(name.toLowerCase());
  if (known !== undefined && known.deletedAtMs !== null) return isDeleted(name);
  const secret: VaultSecret = known ?? { name, versions: [], deletedAtMs: null };
  const version: SecretVersion = {
    version: world.newId().replaceAll("-", ""),
    value: body["value"],
    contentType: typeof body["contentType"] === "string" ? body["contentType"] : null,
    tags: tagsOf(body["tags"]),
    enabled: fieldsOf(body["attributes"])?.["enabled"] !== false,
    createdAtMs: atMs,
    updatedAtMs: atMs,
  };
  secret.versions.push(version);
  vault.secrets.set(name.toLowerCase(), secret);
  note(call, "secret-set", secret, version.version);
  return json(200, showVersion(vault, secret, version, world.settings, true));
}

function getSecret({ world, vault }: SecretCall, name: string, wanted: string): Answer {
  const secret = liveSecret(vault, name);
  const version = wanted === "" ? secret?.versions.at(-1) : secret?.versions.find((each) => each.version === wanted);
  if (secret === null || version === undefined) return secretNotFound(name);
  if (!version.enabled)
    return vaultError(403, "Forbidden", "Operation get is not allowed on a disabled secret.", "SecretDisabled");
  return json(200, showVersion(vault, secret, version, world.settings, true));
}

function listVersions({ world, vault }: SecretCall, name: string): Answer {
  const secret = liveSecret(vault, name);
  if (secret === null) return secretNotFound(name);
  const versions = [...secret.versions];
  if (world.settings.versionOrder === "by-id") versions.sort((a, b) => (a.version < b.version ? -1 : 1));
  const value = versions.map((version) => showVersion(vault, secret, version, world.settings, false));
  return json(200, { value, nextLink: null });
}

function listSecrets({ world, vault }: SecretCall): Answer {
  const value = [...vault.secrets.values()].flatMap((secret) => {
    const current = secret.versions.at(-1);
    if (secret.deletedAtMs !== null || current === undefined) return [];
    const shown = showVersion(vault, secret, current, world.settings, false);
    return [{ ...shown, id: shown.id.replace(/\/[0-9a-f]+$/, "") }];
  });
  return json(200, { value, nextLink: null });
}

function updateSecret(call: SecretCall, name: string, wanted: string): Answer {
  const { world, vault, atMs } = call;
  const secret = liveSecret(vault, name);
  const index = secret?.versions.findIndex(({ version }) => version === wanted) ?? -1;
  const version = secret?.versions[index];
  if (secret === null || version === undefined) return secretNotFound(name);
  const body = fieldsOf(jsonBody(call));
  const enabled = fieldsOf(body?.["attributes"])?.["enabled"];
  const changed: SecretVersion = {
    ...version,
    tags: body?.["tags"] === undefined ? version.tags : tagsOf(body["tags"]),
    enabled: typeof enabled === "boolean" ? enabled : version.enabled,
    updatedAtMs: atMs,
  };
  secret.versions[index] = changed;
  note(call, "secret-changed", secret, wanted);
  return json(200, showVersion(vault, secret, changed, world.settings, false));
}

function deleteSecret(call: SecretCall, name: string): Answer {
  const secret = liveSecret(call.vault, name);
  if (secret === null) return secretNotFound(name);
  secret.deletedAtMs = call.atMs;
  note(call, "secret-deleted", secret, null);
  return json(200, showDeleted(call.vault, secret, call.world.settings));
}

function getDeleted({ world, vault }: SecretCall, name: string): Answer {
  const secret = deletedSecret(vault, name);
  return secret === null ? secretNotFound(name) : json(200, showDeleted(vault, secret, world.settings));
}

function purge(call: SecretCall, name: string): Answer {
  const secret = deletedSecret(call.vault, name);
  if (secret === null) return secretNotFound(name);
  call.vault.secrets.delete(name.toLowerCase());
  note(call, "secret-purged", secret, null);
  return empty(204);
}

function recover(call: SecretCall, name: string): Answer {
  const secret = deletedSecret(call.vault, name);
  const current = secret?.versions.at(-1);
  if (secret === null || current === undefined) return secretNotFound(name);
  secret.deletedAtMs = null;
  note(call, "secret-recovered", secret, null);
  return json(200, showVersion(call.vault, secret, current, call.world.settings, false));
}

function liveSecret(vault: Vault, name: string): VaultSecret | null {
  const secret = vault.secrets.get(name.toLowerCase());
  return secret === undefined || secret.deletedAtMs !== null ? null : secret;
}

function deletedSecret(vault: Vault, name: string): VaultSecret | null {
  const secret = vault.secrets.get(name.toLowerCase());
  return secret === undefined || secret.deletedAtMs === null ? null : secret;
}

function note(
  { world, vault, atMs }: SecretCall,
  kind: VaultEffect["kind"],
  { name }: VaultSecret,
  version: string | null,
): void {
  world.effects.push({ atMs, kind, vault: vault.name, name, version });
}

function tagsOf(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(fieldsOf(value) ?? {}).map(([name, tag]) => [name, String(tag)]));
}
