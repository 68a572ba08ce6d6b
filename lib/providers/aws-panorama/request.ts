import * as z from "zod/mini";
import { PermanentError } from "../../contracts/errors.ts";
import { parseAs } from "../../contracts/parse.ts";
import type { OperationRequest } from "../../contracts/request.ts";
import { type PanoramaDevice, panoramaProvision } from "../../contracts/requests/aws-panorama.ts";
import { provider } from "./errors.ts";

export const provisionType = "drover.aws-panorama.provision";

const fieldsSchema = z.object(panoramaProvision);

/** @throws InvalidInputError, PermanentError for another type of request */
export function deviceOf({ type, fields }: OperationRequest): PanoramaDevice {
  if (type !== provisionType) throw unsupported(type);
  return parseAs(fieldsSchema, fields, "the fields of a Panorama provisioning").device;
}

export function unsupported(type: string): PermanentError {
  return new PermanentError(`Expected a request that AWS Panorama can carry out, got ${type}: check its type`, {
    code: "unsupported-request",
    provider,
  });
}

const handleSchema = z.object({ deviceId: z.string(), name: z.string(), untilMs: z.number() });
/** Where a device is found whose archive was handed over. */
export type Handle = z.output<typeof handleSchema>;

/** @throws InvalidInputError */
export function handleOf(handle: unknown): Handle {
  return parseAs(handleSchema, handle, "the handle of a Panorama device");
}
