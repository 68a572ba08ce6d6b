import { Secret } from "../../contracts/secret.ts";
import { isMasked } from "./keys.ts";

/** A hub's or a service's connection string, taken apart. */
export interface ConnectionString {
  readonly hostName: string;
  readonly keyName: string;
  readonly key: Secret;
  /** Whether the key is `****`, as reads show it. */
  readonly masked: boolean;
}

/** Undefined when a part is missing. The order of the parts and the case of their names are free; a key may end in `=`. */
export function connectionStringOf(text: Secret): ConnectionString | undefined {
  const parts = new Map(
    text
      .reveal()
      .trim()
      .split(";")
      .map((part): [string, string] => {
        const at = part.indexOf("=");
        return [part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).trim()];
      }),
  );
  const hostName = parts.get("hostname");
  const keyName = parts.get("sharedaccesskeyname");
  const key = parts.get("sharedaccesskey");
  if (!hostName || !keyName || !key) return undefined;
  return { hostName, keyName, key: new Secret(key), masked: isMasked(key) };
}

export function connectionString(hostName: string, keyName: string, key: Secret): Secret {
  return new Secret(`HostName=${hostName};SharedAccessKeyName=${keyName};SharedAccessKey=${key.reveal()}`);
}

/** The key in what was published, whether it stands alone or in a connection string. */
export function keyIn(published: Secret): Secret {
  const text = published.reveal().trim();
  const [, key] = /(?:^|;)\s*SharedAccessKey\s*=\s*([^;]+)/i.exec(text) ?? [];
  return new Secret((key ?? text).trim());
}
