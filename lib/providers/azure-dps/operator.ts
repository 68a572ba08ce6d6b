import * as z from "zod/mini";
import type { Json } from "../../contracts/json.ts";
import { parseAs } from "../../contracts/parse.ts";
import { type DpsRead, readDps, readDpsRules } from "../../contracts/requests/azure-dps.ts";
import { itemsOf } from "./changes/read.ts";
import type { Parts } from "./parts.ts";

/** What finds what is read: names, as a request of type drover.azure-dps.read has them. */
export type DpsReadNames = Readonly<
  Partial<Record<"resourceGroup" | "service" | "policy" | "certificate" | "operationId", string>>
>;

/** Reads of the management API for people. */
export interface DpsOperator {
  /**
   * Policies are shown with rights and fingerprints, hubs without their connection strings.
   * @throws InvalidInputError when a name is missing, or cannot be one
   */
  read(read: string, names: DpsReadNames, signal: AbortSignal): Promise<DpsItems>;
}

export interface DpsItems {
  readonly read: DpsRead;
  readonly items: readonly Json[];
}

const askedSchema = z.strictObject(readDps).check(...readDpsRules);

/** @param parts those of the provider: both log in once */
export function createOperator(parts: Parts): DpsOperator {
  return {
    async read(read, names, signal) {
      const asked = parseAs(askedSchema, { ...names, read }, "a read of Device Provisioning Services");
      return { read: asked.read, items: await itemsOf(parts, asked, signal) };
    },
  };
}
