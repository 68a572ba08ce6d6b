import { digits, oneOf, type Rule, structure, text } from "../aws/constraints.ts";
import { restJson } from "../aws/rest-json.ts";
import type { Answer } from "../exchange/answer.ts";
import { deviceToRead, param, type RoutedCall } from "./call.ts";
import { aggregatedStatus, deviceDescription, deviceItem } from "./description.ts";
import { factsAt } from "./devices.ts";
import { invalid } from "./errors.ts";
import { cutPage, type Position } from "./pages.ts";
import type { Device, DeviceFacts } from "./world.ts";

const AGGREGATED =
  "ERROR AWAITING_PROVISIONING PENDING FAILED DELETING ONLINE OFFLINE LEASE_EXPIRED UPDATE_NEEDED REBOOTING";
const SORTS = ["CREATED_TIME", "NAME", "DEVICE_ID", "DEVICE_AGGREGATED_STATUS"] as const;

/** Of every list. */
export const pageRules: Readonly<Record<string, Rule>> = {
  MaxResults: digits({ max: 25 }),
  NextToken: text({ min: 1, max: 4_096 }, /^.+$/),
};

const listRule = structure(
  {},
  {
    ...pageRules,
    SortBy: oneOf(...SORTS),
    SortOrder: oneOf("ASCENDING", "DESCENDING"),
    NameFilter: text({}),
    DeviceAggregatedStatusFilter: oneOf(...AGGREGATED.split(" ")),
  },
);

export const deviceIdRule: Rule = text({ min: 1, max: 255 }, /^[a-zA-Z0-9\-_]+$/);

export function describeDevice(call: RoutedCall): Answer {
  const id = param(call, "DeviceId");
  const problems = deviceIdRule(id, "DeviceId");
  if (problems.length > 0) return invalid(problems);
  const found = deviceToRead(call, id);
  if ("headers" in found) return found;
  const { leaseMs, describeDelayMs } = call.world.settings;
  return restJson(deviceDescription(found.device, found.facts, call.atMs - describeDelayMs, leaseMs));
}

interface Listed {
  readonly device: Device;
  readonly facts: DeviceFacts;
  readonly aggregated: string;
}

export function listDevices({ world, url, atMs }: RoutedCall): Answer {
  const { searchParams: query } = url;
  const problems = listRule(Object.fromEntries(query), "");
  if (problems.length > 0) return invalid(problems);
  const { listDelayMs, leaseMs, filteredPages, pageSize } = world.settings;
  const asOfMs = atMs - listDelayMs;
  const all = [...world.devices.values()].flatMap((device): Listed[] => {
    const facts = factsAt(device, asOfMs);
    return facts === null ? [] : [{ device, facts, aggregated: aggregatedStatus(facts, asOfMs) }];
  });
  const [name, status] = [query.get("NameFilter") ?? "", query.get("DeviceAggregatedStatusFilter")];
  const passes = ({ device, aggregated }: Listed): boolean =>
    device.name.startsWith(name) && (status === null || aggregated === status);
  const sortBy = query.get("SortBy") ?? "CREATED_TIME";
  const order = query.get("SortOrder") ?? (sortBy === "CREATED_TIME" ? "DESCENDING" : "ASCENDING");
  const listing = {
    items: filteredPages === "full" ? all.filter(passes) : all,
    positionOf: (item: Listed) => positionOf(item, sortBy),
    isDescending: order === "DESCENDING",
    question: JSON.stringify([name, status, sortBy, order]),
  };
  const page = cutPage(listing, Number(query.get("MaxResults") ?? 0) || pageSize, query.get("NextToken"));
  if (page === null) return invalid([{ Name: "NextToken", Message: "The token is not valid for this request" }]);
  const Devices = page.items.filter(passes).map(({ device, facts }) => deviceItem(device, facts, asOfMs, leaseMs));
  return restJson({ Devices, ...(page.nextToken === null ? {} : { NextToken: page.nextToken }) });
}

function positionOf({ device, aggregated }: Listed, sortBy: string): Position {
  const { id, name, createdAtMs, order } = device;
  switch (sortBy) {
    case "NAME":
      return [name, order];
    case "DEVICE_ID":
      return [id, order];
    case "DEVICE_AGGREGATED_STATUS":
      return [aggregated, order];
    default:
      return [createdAtMs, order];
  }
}
