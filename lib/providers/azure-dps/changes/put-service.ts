import { PermanentError } from "../../../contracts/errors.ts";
import type { JsonObject } from "../../../contracts/json.ts";
import type { CallContext } from "../../../contracts/provider.ts";
import { listed } from "../../quoted.ts";
import { type ServiceDocument, sameName } from "../document.ts";
import { provider } from "../errors.ts";
import type { Parts } from "../parts.ts";
import { stateOf } from "../states.ts";
import type { ServiceDescription } from "../wire.ts";
import { lookAt, requireRest, sendWritten } from "./look-at.ts";
import { writePlan } from "./plans.ts";
import { requirePermitted } from "./requested-secret.ts";
import type { Looked, ServiceWrite } from "./service-change.ts";
import { hostsOf, linksOf, plain, type ServiceFields, serviceFieldsOf, visible, withWish } from "./wanted-service.ts";

/** Creates a service, or changes of an existing one what the request names: what it leaves out stays as it is. */
export function putServiceWrite(parts: Parts, given: JsonObject): ServiceWrite {
  const fields = serviceFieldsOf(given);
  const { resourceGroup, service, location, sku, tags, properties } = fields;
  const where = { resourceGroup, service };
  const hubs = properties?.iotHubs;
  return {
    where,
    change: "put",
    async look(purpose, context) {
      requirePermitted(
        parts,
        (hubs ?? []).map(({ connectionString }) => connectionString),
      );
      const description = await existing(parts, where, context);
      if (description === undefined) return notThere(parts, fields, purpose, context);
      if (purpose === "find") requireRest(where, description);
      requireSameLocation(service, description.location, location);
      const failed = failureOf(service, description);
      if (purpose === "find" && failed !== undefined) return { inForce: false, provable: true, result: {}, failed };
      const read = await lookAt(parts, where, context, { purpose });
      const links = hubs === undefined ? undefined : await linksOf(parts, hubs, read.iotHubs);
      const written = withWish(read, fields, links);
      if (purpose === "write" && read.sku.name !== sku.name) await requireSku(parts, where, sku.name, context);
      const intended = {
        ...(links === undefined ? {} : { hubs: [...hostsOf(read.iotHubs), ...hostsOf(links)] }),
        tags: tags !== undefined,
        allocationPolicy: properties?.allocationPolicy !== undefined,
        sku: true,
      };
      return {
        inForce: visible(read) === visible(written),
        provable: (links ?? []).length === 0,
        etag: read.etag,
        result: { location: read.location },
        ...(purpose === "write" ? { send: sendWritten(parts, where, { read, written, intended }) } : {}),
      };
    },
    plan: () => writePlan(parts.paths, where, "PUT", { ...given, everythingElse: "(as it is)" }),
  };
}

async function existing({ client }: Parts, where: { resourceGroup: string; service: string }, { signal }: CallContext) {
  try {
    return await client.service(where, signal);
  } catch (error) {
    if (error instanceof PermanentError && error.code === "service-not-found") return undefined;
    throw error;
  }
}

async function notThere(
  parts: Parts,
  fields: ServiceFields,
  purpose: "write" | "find",
  { signal }: CallContext,
): Promise<Looked> {
  const { resourceGroup, service, location, sku, tags, properties } = fields;
  const absent = { inForce: false, provable: true, result: { location } };
  if (purpose === "find") return absent;
  // Valid SKUs can only be asked of a service that is there already: of a new one the creating call says it.
  const { nameAvailable, message } = await parts.client.nameAvailability(service, signal);
  if (!nameAvailable) {
    throw new PermanentError(
      `Expected the name ${service} to be free, got a refusal of Azure${message ? "" : " without a reason"}: choose another name, since names are unique in all of Azure`,
      { provider, code: "name-taken" },
    );
  }
  const { allocationPolicy, iotHubs } = properties ?? {};
  const document: ServiceDocument = {
    name: service,
    location,
    sku,
    ...(tags === undefined ? {} : { tags }),
    ...(allocationPolicy === undefined ? {} : { allocationPolicy }),
    ...(iotHubs === undefined ? {} : { iotHubs: await linksOf(parts, iotHubs, []) }),
  };
  return {
    ...absent,
    creates: true,
    send: (window, abort) => parts.client.putService({ resourceGroup, service }, document, window, abort),
  };
}

function requireSameLocation(service: string, found: string, wanted: string): void {
  if (plain(found) === plain(wanted)) return;
  throw new PermanentError(
    `Expected service ${service} in ${wanted}, got one in ${listed([found])}: a service cannot be moved, so name its location or choose another name`,
    { provider, code: "other-location" },
  );
}

async function requireSku({ client }: Parts, where: ServiceWrite["where"], wanted: string, { signal }: CallContext) {
  const names = (await client.skus(where, signal)).map(({ name }) => name);
  if (names.some((name) => sameName(name, wanted))) return;
  throw new PermanentError(`Expected a SKU out of ${listed(names)}, got ${wanted}: name one of them`, {
    provider,
    code: "unknown-sku",
  });
}

function failureOf(service: string, { properties }: ServiceDescription): Looked["failed"] {
  const state = stateOf(properties.state);
  if (state?.kind !== "failed") return undefined;
  return { code: state.code, reason: `Expected service ${service} to be Active, got ${state.name}: ${state.advice}` };
}
