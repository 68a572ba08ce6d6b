import { createHmac } from "node:crypto";

/** Signs as a back-end application or a device does. */
export function sasToken(resource: string, key: string, expiresAtSeconds: number, keyName: string): string {
  const sr = encodeURIComponent(resource);
  const text = `${sr}\n${expiresAtSeconds}`;
  const sig = createHmac("sha256", Buffer.from(key, "base64")).update(text).digest("base64");
  return `SharedAccessSignature sr=${sr}&sig=${encodeURIComponent(sig)}&se=${expiresAtSeconds}&skn=${keyName}`;
}

export function deviceKey(groupKey: string, registrationId: string): string {
  return createHmac("sha256", Buffer.from(groupKey, "base64")).update(registrationId).digest("base64");
}
