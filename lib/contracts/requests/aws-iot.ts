import * as z from "zod/mini";
import { handedOver } from "./handed-over.ts";

/** @see https://docs.aws.amazon.com/iot/latest/apireference/API_CreateProvisioningClaim.html */
export const createProvisioningClaim = {
  templateName: z
    .string()
    .check(z.regex(/^[0-9A-Za-z_-]{1,36}$/, "expected a template's name of 1 to 36 letters, digits, _ -")),
  ...handedOver,
};
