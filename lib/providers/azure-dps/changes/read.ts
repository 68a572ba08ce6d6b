import * as z from "zod/mini";
import type { Json, JsonObject } from "../../../contracts/json.ts";
import { parseAs } from "../../../contracts/parse.ts";
import type { PlannedCall } from "../../../contracts/provider.ts";
import { type DpsRead, readDps } from "../../../contracts/requests/azure-dps.ts";
import type { Parts } from "../parts.ts";
import type { DpsChange } from "./dps-change.ts";
import { expiringAmong } from "./expiring.ts";
import { bounded, shownCertificate, shownOperation, shownPolicy, shownService, shownStatus } from "./shown.ts";

const fieldsSchema = z.object(readDps);

/** What a read may take of a row and of the event that tells of it. */
const maxBytes = 16 * 1024;

type Items = readonly Json[];
interface Ask {
  readonly where: { readonly resourceGroup: string; readonly service: string };
  readonly name: string;
  readonly signal: AbortSignal;
}

/** The calls behind each read. A list may be cut; what is one thing may not. */
const reads: Readonly<
  Record<DpsRead, (parts: Parts, ask: Ask, fields: z.output<typeof fieldsSchema>) => Promise<Items>>
> = {
  operations: async ({ client }, { signal }) => (await client.operations(signal)).map(shownOperation),
  "name-availability": async ({ client }, { where: { service }, signal }) => {
    // The reason says "Invalid" of free names, too.
    const { nameAvailable } = await client.nameAvailability(service, signal);
    return [{ name: service, available: nameAvailable }];
  },
  services: async ({ client }, { signal }, { resourceGroup }) => {
    const all =
      resourceGroup === undefined ? client.servicesOfSubscription(signal) : client.servicesOf(resourceGroup, signal);
    return (await all).map(shownService);
  },
  service: async ({ client }, { where, signal }) => [shownService(await client.service(where, signal))],
  keys: async ({ client }, { where, signal }) => (await client.keys(where, signal)).map(shownPolicy),
  key: async ({ client }, { where, name, signal }) => [shownPolicy(await client.key(where, name, signal))],
  certificates: async ({ client }, { where, signal }) =>
    (await client.certificates(where, signal)).map(shownCertificate),
  certificate: async ({ client }, { where, name, signal }) => [
    shownCertificate(await client.certificate(where, name, signal)),
  ],
  skus: async ({ client }, { where, signal }) => (await client.skus(where, signal)).map(({ name }) => ({ name })),
  "operation-result": async ({ client }, { where, signal }, { operationId = "" }) => [
    shownStatus(await client.operationResult(where, operationId, signal)),
  ],
};

type ReadFields = z.output<typeof fieldsSchema>;

/** All that the read found, whatever its length. Never a key. */
export function itemsOf(parts: Parts, fields: ReadFields, signal: AbortSignal): Promise<Items> {
  const { read, resourceGroup = "", service = "" } = fields;
  const where = { resourceGroup, service };
  return reads[read](parts, { where, name: fields.policy ?? fields.certificate ?? "", signal }, fields);
}

/** Answers in the operation's result. Changes nothing, so that it needs neither turn nor intent. */
export function readChange(parts: Parts, given: JsonObject): DpsChange {
  const fields = parseAs(fieldsSchema, given, "the fields of a read");
  const { read, resourceGroup = "", service = "" } = fields;
  const where = { resourceGroup, service };
  return {
    async stage(_state, { signal }) {
      const items = await itemsOf(parts, fields, signal);
      const { kept, left } = bounded(items, maxBytes);
      return {
        kind: "ended",
        ended: {
          status: "Succeeded",
          outcome: "succeeded",
          result: { read, items: kept },
          ...remarkOn(items, left, parts.clock.wallMs()),
        },
      };
    },
    plan: () => [plannedCall(parts.paths, read, where, fields)],
  };
}

/** A certificate that is about to expire is what somebody reads certificates for, every day and by a schedule. */
function remarkOn(items: Items, left: number, nowMs: number): { readonly code?: string; readonly reason?: string } {
  const expiring = expiringAmong(items, nowMs);
  if (expiring !== undefined) return { code: "certificates-expiring", reason: expiring };
  if (left === 0) return {};
  const reason = `${left} of ${items.length} are left out, which is more than a result holds: ask for less, or for one`;
  return { code: "cut", reason };
}

function plannedCall(
  paths: Parts["paths"],
  read: DpsRead,
  where: Ask["where"],
  { resourceGroup, policy = "", certificate = "", operationId = "" }: z.output<typeof fieldsSchema>,
): PlannedCall {
  const urls: Readonly<Record<DpsRead, string>> = {
    operations: paths.operations,
    "name-availability": paths.nameAvailability,
    services: resourceGroup === undefined ? paths.services : paths.servicesOf(resourceGroup),
    service: paths.service(where),
    keys: paths.keys(where),
    key: paths.key(where, policy),
    certificates: paths.certificates(where),
    certificate: paths.certificate(where, certificate),
    skus: paths.skus(where),
    "operation-result": paths.operationResult(where, operationId),
  };
  const posts: ReadonlySet<DpsRead> = new Set(["name-availability", "keys", "key"]);
  return { method: posts.has(read) ? "POST" : "GET", url: urls[read], changes: false };
}
