import { decoded } from "../../exchange/call.ts";

/** Whose data plane a request is for. */
export interface DataPlaneAddress {
  /** `global` for devices, otherwise the service's name. */
  readonly name: string;
  readonly host: string;
  /** Segments of the path behind the host, decoded. */
  readonly segments: readonly string[];
}

const HOST = /^([a-z0-9-]+)\.azure-devices-provisioning\.net$/i;

/** By the host, or by a path that begins with the host's name, as one listener for many hosts needs it; null for other requests. */
export function dataPlaneAddress({
  url,
  headers,
}: {
  readonly url: URL;
  readonly headers: Headers;
}): DataPlaneAddress | null {
  const parts = url.pathname.split("/").slice(1).map(decoded);
  const host = [url.hostname, (headers.get("host") ?? "").replace(/:\d+$/, "")].find((name) => HOST.test(name));
  if (host !== undefined) return addressed(host, parts);
  const [first = "", ...rest] = parts;
  return HOST.test(first) ? addressed(first, rest) : null;
}

function addressed(host: string, segments: readonly string[]): DataPlaneAddress {
  return { name: HOST.exec(host)?.[1] ?? "", host, segments };
}
