import type { LinkedHub } from "./world.ts";

export const MASK = "****";

export interface ConnectionString {
  readonly hostName: string;
  readonly keyName: string;
  readonly key: string;
}

/** `HostName=…;SharedAccessKeyName=…;SharedAccessKey=…` in any order, or null. A key may end in `=`. */
export function parseConnectionString(text: string): ConnectionString | null {
  const parts = new Map(
    text.split(";").map((part): [string, string] => {
      const at = part.indexOf("=");
      return [part.slice(0, at).trim().toLowerCase(), part.slice(at + 1)];
    }),
  );
  const [hostName, keyName, key] = ["hostname", "sharedaccesskeyname", "sharedaccesskey"].map((name) =>
    parts.get(name),
  );
  return hostName && keyName && key ? { hostName, keyName, key } : null;
}

export function connectionString(hostName: string, keyName: string, key: string): string {
  return `HostName=${hostName};SharedAccessKeyName=${keyName};SharedAccessKey=${key}`;
}

/** A linked hub as a read shows it: never its key. */
export function showHub(hub: LinkedHub): object {
  return {
    applyAllocationPolicy: hub.applyAllocationPolicy,
    allocationWeight: hub.allocationWeight,
    name: hub.name,
    connectionString: connectionString(hub.name, hub.keyName, MASK),
    location: hub.location,
  };
}
