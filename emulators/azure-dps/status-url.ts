import { createHmac } from "node:crypto";
import type { Call } from "../exchange/call.ts";
import { originOf } from "./call.ts";
import { servicePath } from "./description.ts";
import type { ProvisioningService, ServiceOperation, World } from "./world.ts";

/** The signing key of the service, which nobody outside has. Nothing depends on its value. */
const SIGNING_KEY = "signs the addresses of operation results";
/** What makes a signed address about 3 kB long. */
const CERTIFICATE_BYTES = 1_900;

/** Where to ask for the operation. The caller must use the whole text as it is. */
export function statusUrl(
  world: World,
  service: ProvisioningService,
  operation: ServiceOperation,
  call: Pick<Call, "url" | "atMs"> & { readonly apiVersion: string },
): string {
  const origin = originOf(world, call.url);
  const id = encodeURIComponent(operation.id);
  if (world.settings.statusUrl === "short") {
    return `${origin}${servicePath(service)}/operationResults/${id}?api-version=${call.apiVersion}&asyncinfo`;
  }
  const t = String(621_355_968_000_000_000n + BigInt(call.atMs) * 10_000n);
  const c = world.secrets.opaque(CERTIFICATE_BYTES);
  const h = world.secrets.opaque(32);
  const s = signature(world, [operation.id, call.apiVersion, t, c, h]);
  const path = `/subscriptions/${service.subscriptionId}/providers/Microsoft.Devices/locations/${service.location}/provisioningserviceoperationresults/${id}`;
  return `${origin}${path}?api-version=${call.apiVersion}&asyncinfo&t=${t}&c=${c}&s=${s}&h=${h}`;
}

/** The same address for the `Location` header, which has no `asyncinfo`. */
export function withoutAsyncInfo(url: string): string {
  return url.replace("&asyncinfo", "");
}

/** Whether the query of a signed address is the one that was given out. */
export function isGenuine(world: World, operationId: string, apiVersion: string, query: URLSearchParams): boolean {
  const [t, c, h, s] = ["t", "c", "h", "s"].map((name) => query.get(name));
  if (t === null || c === null || h === null || t === undefined || c === undefined || h === undefined) return false;
  return s === signature(world, [operationId, apiVersion, t, c, h]);
}

function signature({ secrets }: World, parts: readonly string[]): string {
  return secrets.prefix + createHmac("sha256", SIGNING_KEY).update(parts.join("\n")).digest("base64url");
}
