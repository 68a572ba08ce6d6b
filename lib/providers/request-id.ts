import type { Secret } from "../contracts/secret.ts";

/** Headers in which services of Microsoft, OpenStack and Amazon, and their gateways, name a request, the service's own first. */
const names = [
  "x-ms-request-id",
  "x-openstack-request-id",
  "x-amzn-requestid",
  "request-id",
  "x-ms-correlation-request-id",
  "x-request-id",
  "x-ms-correlation-id",
  "x-correlation-id",
  "x-azure-ref",
  "traceparent",
] as const;

/** The provider's own id of a request, for its support desk. */
export function requestIdOf(
  headers: { get(name: string): string | null },
  secrets: readonly Secret[],
): string | undefined {
  for (const name of names) {
    const id = headers.get(name);
    if (id !== null && isRequestId(id) && !secrets.some((secret) => overlaps(id, secret.reveal()))) return id;
  }
  return undefined;
}

/** One within the other: a whole secret in an id, or an id that is a piece of a long token. */
function overlaps(id: string, secret: string): boolean {
  return id.includes(secret) || (id.length >= 16 && secret.includes(id));
}

/** An id, and nothing that could be something else: longer or freer text is not carried on. */
export function isRequestId(id: string): boolean {
  return /^[\w.:=+/-]{4,128}$/.test(id);
}
