import { scrub } from "../scrub.ts";

const deploymentPath = /\/tenants\/([0-9a-f-]{36})\/deployments\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/?$/i;

/**
 * The deployment that an operation's `ResourceLocation` names. Only its id is taken, and only from a pointer into our own tenant at our
 * own endpoint; the pointer itself is never followed. Whether it is absolute or relative is not documented.
 */
export function deploymentIn(
  location: string | null | undefined,
  endpoint: string,
  sphereTenantId: string,
): { readonly deploymentId?: string; readonly note?: string } {
  if (!location) return {};
  const url = URL.parse(location, endpoint);
  if (url === null) return { note: "The service named the deployment by something that is no URL, which was ignored" };
  if (url.origin !== new URL(endpoint).origin) {
    return {
      note: `The service named the deployment at the foreign host ${scrub(url.host, [], 80)}, which was ignored`,
    };
  }
  const [, tenant, deploymentId] = deploymentPath.exec(url.pathname) ?? [];
  if (deploymentId === undefined || tenant?.toLowerCase() !== sphereTenantId.toLowerCase()) {
    return {
      note: "The service named the created resource by a path that is no deployment of this Sphere tenant, which was ignored",
    };
  }
  return { deploymentId: deploymentId.toLowerCase() };
}
