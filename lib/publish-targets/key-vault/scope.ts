/** Clouds by how their vaults' hosts end. */
const suffixes = ["vault.azure.net", "vault.azure.cn", "vault.usgovcloudapi.net"] as const;

/** What tokens are asked for: each cloud's vaults take those of their own. Other hosts stand before a vault of the public cloud. */
export function scopeOf(url: string): string {
  const { hostname } = new URL(url);
  const suffix = suffixes.find((one) => hostname.endsWith(`.${one}`)) ?? suffixes[0];
  return `https://${suffix}/.default`;
}
