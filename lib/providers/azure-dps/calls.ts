import type { Secret } from "../../contracts/secret.ts";
import type { Answer } from "../answer.ts";
import { type ArmCall, locationHeader, statusUrlHeader } from "./arm.ts";
import type { MissingCode } from "./errors.ts";
import type { Where } from "./paths.ts";
import * as wire from "./wire.ts";

/** As actions of roles name it, after `Microsoft.Devices/`. */
export const services = "provisioningServices";

/** A change as it was accepted. Of its body nothing is kept: a PUT's shows the keys. */
export interface Accepted {
  readonly status: number;
  readonly retryAfterMs?: number;
  readonly requestId?: string;
  /** Where the change is followed, as the service says; not checked yet. */
  readonly statusUrl?: Secret;
  readonly location?: Secret;
}

/** What the pages of each list hold. */
export const pages = {
  operations: wire.pageSchema(wire.operationSchema),
  services: wire.pageSchema(wire.serviceSchema),
  policies: wire.pageSchema(wire.policySchema),
  skus: wire.pageSchema(wire.skuSchema),
};

export function acceptedOf(answer: Answer): Accepted {
  const { status, retryAfterMs, requestId } = answer;
  const { [statusUrlHeader]: statusUrl, [locationHeader]: location } = answer.secretHeaders ?? {};
  return {
    status,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(statusUrl === undefined ? {} : { statusUrl }),
    ...(location === undefined ? {} : { location }),
  };
}

export function get(url: string, about: string, operation: string, action: string): ArmCall {
  return { method: "GET", url, about, operation, action, missing: "not-found", expected: [200] };
}

export function ofService(where: Where, operation: string, url: string, action = "read"): ArmCall {
  const missing: MissingCode = "service-not-found";
  return { ...get(url, `service ${where.service}`, operation, `${services}/${action}`), missing };
}

export function ofCertificate(
  where: Where,
  name: string,
  operation: string,
  url: string,
  action = "certificates/read",
): ArmCall {
  const about = `certificate ${name} of service ${where.service}`;
  return { ...get(url, about, operation, `${services}/${action}`), missing: "certificate-not-found" };
}
