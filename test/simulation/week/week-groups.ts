import { demoIds } from "../../../emulators/azure-sphere/index.ts";
import type { AzureSphereScenario, OutcomeScript } from "../../../emulators/azure-sphere/scenario.ts";
import { type Calendar, minuteMs } from "./calendar.ts";

/** Devices of Azure Sphere: how many of 10,000, and how many stand in one group. */
const devices = 5_600;
const perGroup = 40;
const products = 4;
const images = 400;

const { tenantId } = demoIds;
const idOf = (prefix: string, number: number) => `${prefix}-0000-4000-8000-${String(number).padStart(12, "0")}`;

export interface SphereSeeds {
  readonly seeds: AzureSphereScenario;
  readonly groups: readonly string[];
  readonly images: readonly string[];
  readonly devices: number;
}

export function sphereSeeds(calendar: Calendar): SphereSeeds {
  const count = calendar.scaled(devices);
  const groups = numbered(Math.max(2, Math.round(count / perGroup))).map((index) => idOf("9a0b2000", index + 1));
  const imageIds = numbered(images).map((index) => idOf("1a6e2000", index + 1));
  const productIds = numbered(products).map((index) => idOf("5b0e7a20", index + 1));
  const groupOf = (index: number) => groups[index % groups.length] ?? "";
  return {
    ...{ groups, images: imageIds, devices: count },
    seeds: {
      settings: { notStartedMs: 5_000, inProgressMs: 2 * minuteMs },
      products: productIds.map((id, index) => ({ id, tenantId, name: `product-${index + 1}` })),
      groups: groups.map((id, index) => ({
        ...{ id, tenantId, name: `site-${index + 1}` },
        productId: productIds[index % products] ?? demoIds.productId,
      })),
      images: imageIds.map((id, index) => ({
        ...{ id, tenantId, name: `build-${index + 1}` },
        componentId: idOf("c0b0e280", index + 1),
      })),
      devices: numbered(count).map((index) => ({ id: hexId(index), tenantId, deviceGroupId: groupOf(index) })),
      outcomes: groups.flatMap((id) => endsOf(calendar, id)),
    },
  };
}

/** A deployment is in the list when its operation has ended: within the settling time, also where it lands 40 s late. */
const longestMs = 3.5 * minuteMs;

/** How long a group takes, and how it ends once where it does not end well. */
function endsOf(calendar: Calendar, deviceGroupId: string): readonly OutcomeScript[] {
  const drawn = calendar.below(1_000);
  const usual: OutcomeScript = {
    ...{ deviceGroupId, result: "complete" },
    inProgressMs: minuteMs + calendar.below(longestMs - minuteMs),
  };
  const once = { deviceGroupId, times: 1 };
  if (drawn < 25) return [{ ...once, result: "failed", errorCode: 4 }, usual];
  if (drawn < 55) {
    return [{ ...once, result: "complete-with-errors", detailsMessage: `2 of ${perGroup} were not assigned` }, usual];
  }
  if (drawn < 62) return [{ ...once, result: "stuck" }, usual];
  return drawn < 70 ? [{ ...once, result: "unknown-state" }, usual] : [usual];
}

const numbered = (count: number) => Array.from({ length: count }, (_, index) => index);
const hexId = (index: number) => index.toString(16).padStart(128, "0");
