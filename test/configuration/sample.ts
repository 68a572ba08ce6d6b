/** A configuration with everything that this release knows, as a user would write it. */
export const sample = {
  $schema: "./docs/schemas/drover.json",
  version: 1,
  platform: { kind: "local", dataFolder: "./data", vaultKey: "env:VAULT_KEY" },
  connections: {
    "sphere-prod": {
      kind: "azure-sphere",
      api: "legacy-v2",
      sphereTenantId: "768c2cd6-059a-49ad-9f53-89f5271cea15",
      credential: {
        kind: "client-secret",
        directoryId: "11111111-2222-3333-4444-555555555555",
        clientId: "66666666-7777-8888-9999-000000000000",
        secret: "vault:sphere-sp",
      },
    },
    lab: {
      kind: "azure-sphere",
      api: "legacy-v2",
      endpoint: "http://127.0.0.1:9001",
      sphereTenantId: "768c2cd6-059a-49ad-9f53-89f5271cea15",
      credential: { kind: "managed-identity" },
    },
  },
};

/** A deep copy with one place changed; undefined removes it. */
export function sampleWith(path: string, value: unknown): Record<string, unknown> {
  const copy = structuredClone<Record<string, unknown>>(sample);
  const keys = path.split("/");
  const last = keys.pop() ?? "";
  const place = keys.reduce((object, key) => object[key] as Record<string, unknown>, copy);
  if (value === undefined) delete place[last];
  else place[last] = value;
  return copy;
}
