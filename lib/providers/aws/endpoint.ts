/** Regions whose endpoints end differently, by how their names begin. */
const suffixes: Readonly<Record<string, string>> = { "cn-": "amazonaws.com.cn", "eusc-": "amazonaws.eu" };

/** @param service as in its host's name: `secretsmanager` */
export function endpointOf(
  service: string,
  { region, endpoint }: { readonly region: string; readonly endpoint?: string | undefined },
): URL {
  const [, suffix = "amazonaws.com"] = Object.entries(suffixes).find(([begin]) => region.startsWith(begin)) ?? [];
  return new URL(endpoint ?? `https://${service}.${region}.${suffix}`);
}
