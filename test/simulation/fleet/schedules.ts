import { demoDpsIds } from "../../../emulators/azure-dps/index.ts";
import type { Schedule } from "../../../lib/contracts/schedule.ts";
import { scheduleSchema } from "../../../lib/contracts/schedule.ts";

const { resourceGroup, service } = demoDpsIds;

/** What this Drover asks for by itself. */
export function schedulesOf(): readonly Schedule[] {
  const request = {
    type: "drover.azure-dps.read",
    data: { connection: "dps-demo", deadline: "PT1H", resourceGroup, service, read: "service" },
  };
  const parsed = scheduleSchema.parse({ name: "look", every: "PT8H", request });
  return [{ ...parsed, request }];
}

/** How often the host looks at them, and for how long it goes on doing so. */
export const schedulesEveryMs = 15 * 60_000;
