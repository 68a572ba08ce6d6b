import * as z from "zod/mini";
import { component, described } from "../described.ts";
import { dpsReads } from "../requests/azure-dps.ts";

export const dpsItem = z.record(z.string(), z.unknown());
export type DpsItem = z.output<typeof dpsItem>;

export const dpsItemsAnswer = component(
  "DeviceProvisioningItems",
  "What was read, in the vendor's words. Never a key.",
  z.looseObject({
    read: described("What was asked for.", z.enum(dpsReads)),
    items: described("One where one thing was asked for.", z.array(described("One of them.", dpsItem))),
  }),
);
