import * as z from "zod/mini";
import { PermanentError } from "../../../contracts/errors.ts";
import { canonicalJson } from "../../../contracts/identifiers.ts";
import type { JsonObject } from "../../../contracts/json.ts";
import { parseAs } from "../../../contracts/parse.ts";
import { putService } from "../../../contracts/requests/azure-dps.ts";
import { connectionStringOf } from "../connection-string.ts";
import {
  hostOf,
  hubIn,
  type LinkedHub,
  type ServiceDocument,
  sameName,
  withAllocationPolicy,
  withSku,
  withTags,
} from "../document.ts";
import { provider } from "../errors.ts";
import type { Parts } from "../parts.ts";
import { requestedLink } from "./requested-secret.ts";

const fieldsSchema = z.object(putService);
export type ServiceFields = z.output<typeof fieldsSchema>;

export const serviceFieldsOf = (given: JsonObject): ServiceFields =>
  parseAs(fieldsSchema, given, "the fields of a service");

type WantedHub = NonNullable<NonNullable<ServiceFields["properties"]>["iotHubs"]>[number];

/** All links there shall be. A hub that is linked already keeps what the request does not say of it. */
export async function linksOf(parts: Parts, wanted: readonly WantedHub[], before: readonly LinkedHub[] = []) {
  const links: LinkedHub[] = [];
  for (const { connectionString, location, applyAllocationPolicy, allocationWeight } of wanted) {
    const { text, hostName } = await requestedLink(parts, connectionString);
    if (links.some((link) => sameName(hostOf(link) ?? "", hostName))) {
      throw new PermanentError(`Expected each hub once, got ${hostName} twice: leave one of them out of the request`, {
        provider,
        code: "hub-twice",
      });
    }
    const known = hubIn({ iotHubs: before, name: "", location: "", sku: { name: "" } }, hostName);
    links.push({
      ...known,
      connectionString: text,
      location,
      ...(applyAllocationPolicy === undefined ? {} : { applyAllocationPolicy }),
      ...(allocationWeight === undefined ? {} : { allocationWeight }),
    });
  }
  return links;
}

export function withWish(
  read: ServiceDocument,
  { sku, tags, properties }: ServiceFields,
  links: readonly LinkedHub[] | undefined,
) {
  let written = withSku(read, { ...read.sku, ...sku });
  if (tags !== undefined) written = withTags(written, tags);
  if (properties?.allocationPolicy !== undefined) written = withAllocationPolicy(written, properties.allocationPolicy);
  return links === undefined ? written : { ...written, iotHubs: links };
}

/** For comparing: all that a read shows of what a request can set. */
export function visible({ sku, tags = {}, allocationPolicy = "", iotHubs = [] }: ServiceDocument): string {
  const hubs = iotHubs.map(({ connectionString, location, applyAllocationPolicy, allocationWeight }) => {
    const link = connectionStringOf(connectionString);
    const rest = [applyAllocationPolicy ?? true, allocationWeight ?? 1];
    return canonicalJson([link?.hostName.toLowerCase() ?? "", link?.keyName ?? "", plain(location), ...rest]);
  });
  return canonicalJson([sku.name.toLowerCase(), sku.capacity ?? 1, tags, allocationPolicy, hubs.toSorted()]);
}

export const plain = (location: string) => location.toLowerCase().replaceAll(" ", "");

export const hostsOf = (hubs: readonly LinkedHub[] = []) => hubs.flatMap((hub) => hostOf(hub) ?? []);
