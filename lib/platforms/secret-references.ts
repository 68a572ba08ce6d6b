import { open } from "node:fs/promises";
import { resolve } from "node:path";
import { secretReferenceSchema } from "../contracts/configuration.ts";
import { ConfigurationError, DroverError } from "../contracts/errors.ts";
import type { Vault } from "../contracts/ports.ts";
import { Secret } from "../contracts/secret.ts";

/** Bytes of one secret in a file: a key, a token or a small certificate chain. */
const maxFileBytes = 64 * 1024;

export interface SecretSources {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The first `bytes` bytes of a file, or all of a shorter one. */
  readonly readFile: (path: string, bytes: number) => Promise<Uint8Array>;
  /** Absent while the vault itself is being opened: `vault:` references are then refused. */
  readonly vault?: Pick<Vault, "get">;
  /** Folder of the configuration file. */
  readonly baseFolder: string;
}

export type SecretResolver = (reference: string) => Promise<Secret>;

/** Reads no further than asked, so that a reference to a device or a huge file does no harm. */
export async function readStartOfFile(path: string, bytes: number): Promise<Uint8Array> {
  const handle = await open(path, "r");
  try {
    const buffer = Buffer.alloc(bytes);
    let filled = 0;
    while (filled < bytes) {
      const { bytesRead } = await handle.read(buffer, filled, bytes - filled, null);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return buffer.subarray(0, filled);
  } finally {
    await handle.close();
  }
}

/** @throws ConfigurationError that names the reference and what to do, never the value */
export function secretResolver(sources: SecretSources): SecretResolver {
  return async (reference) => {
    if (!secretReferenceSchema.safeParse(reference).success) throw notAReference();
    const separator = reference.indexOf(":");
    const [kind, name] = [reference.slice(0, separator), reference.slice(separator + 1)];
    if (kind === "env") return fromEnvironment(reference, name, sources);
    if (kind === "file") return fromFile(reference, name, sources);
    return fromVault(reference, name, sources);
  };
}

function unresolved(reference: string, found: string, remedy: string): ConfigurationError {
  return new ConfigurationError(`Expected a secret at ${reference}, got ${found}: ${remedy}`, {
    code: "secret-missing",
  });
}

/** Says nothing of what it got: that may be the secret itself. */
function notAReference(): ConfigurationError {
  return new ConfigurationError(
    "Expected a reference such as env:NAME, file:path or vault:name, got something else: store the secret with `drover vault put NAME` and write vault:NAME",
    { code: "not-a-secret-reference" },
  );
}

function fromEnvironment(reference: string, name: string, { environment }: SecretSources): Secret {
  const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
  if (value === undefined) throw unresolved(reference, "no such variable", "set it where Drover is started");
  if (value === "") throw unresolved(reference, "an empty variable", "set it where Drover is started");
  return new Secret(value);
}

async function fromFile(reference: string, name: string, { readFile, baseFolder }: SecretSources): Promise<Secret> {
  const path = resolve(baseFolder, name);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path, maxFileBytes + 1);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "an error";
    throw unresolved(reference, `${code} for ${path}`, "create the file and let the user that runs Drover read it");
  }
  if (bytes.length > maxFileBytes) {
    throw unresolved(reference, `more than ${maxFileBytes} bytes`, "name the file that holds the secret alone");
  }
  const text = textOf(bytes);
  if (text === undefined) throw unresolved(reference, "a file that is not UTF-8 text", "write the secret as text");
  const value = text.replace(/\r?\n$/, "");
  if (value === "") throw unresolved(reference, "an empty file", "write the secret into it");
  return new Secret(value);
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

async function fromVault(reference: string, name: string, { vault }: SecretSources): Promise<Secret> {
  if (!vault) throw unresolved(reference, "a vault that is not open yet", "name this one as env:NAME or file:path");
  let secret: Secret | undefined;
  try {
    secret = await vault.get(name);
  } catch (error) {
    // Ours say what to do, carry no content and keep their class; a cloud's own may echo, so only their kind is named.
    if (error instanceof DroverError) throw error;
    const found = error instanceof Error ? error.name : "an error";
    throw unresolved(reference, `${found} from the vault`, "check that the vault can be reached and try again");
  }
  if (!secret) throw unresolved(reference, "no such secret", `run \`drover vault put ${name}\``);
  return secret;
}
