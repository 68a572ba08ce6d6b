/** Regions whose endpoints end differently, by how their names begin. */
const suffixes: Readonly<Record<string, string>> = { "cn-": "amazonaws.com.cn", "eusc-": "amazonaws.eu" };

export function endpointOf({ region, endpoint }: { readonly region: string; readonly endpoint?: string | undefined }) {
  const [, suffix = "amazonaws.com"] = Object.entries(suffixes).find(([begin]) => region.startsWith(begin)) ?? [];
  return new URL(endpoint ?? `https://secretsmanager.${region}.${suffix}`);
}
