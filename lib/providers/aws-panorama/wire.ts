import * as z from "zod/mini";

/**
 * The service's answers, as far as they are read. Nearly every member is optional in the model, and documented examples break the
 * model's own patterns: what cannot be read counts as absent, and words stay unchecked until their table is asked.
 */
const text = z.catch(z.optional(z.string()), undefined);
const seconds = z.catch(z.optional(z.number()), undefined);
const tags = z.catch(z.optional(z.record(z.string(), z.string())), undefined);
/** It goes into paths, and is stored. */
const deviceId = z.catch(z.optional(z.string().check(z.regex(/^[a-zA-Z0-9_-]{1,255}$/))), undefined);
const arn = z.catch(z.optional(z.string().check(z.regex(/^arn:[\w:/-]{1,251}$/))), undefined);
const thingName = z.catch(z.optional(z.string().check(z.regex(/^[\w:-]{1,255}$/))), undefined);

const common = {
  DeviceId: deviceId,
  Name: text,
  Tags: tags,
  ProvisioningStatus: z.optional(z.unknown()),
  DeviceAggregatedStatus: text,
  Brand: text,
  Type: text,
  CurrentSoftware: text,
  /** Seconds since 1970, with a fraction. */
  CreatedTime: seconds,
  LeaseExpirationTime: seconds,
};

/** `Devices` is required: an answer that merely lacks it must never pass for an empty list, which would prove an absence. */
export const devicesSchema = z.object({ Devices: z.array(z.object(common)), NextToken: text });
export type ListedDevice = z.output<typeof devicesSchema>["Devices"][number];

export const deviceSchema = z.object({ ...common, Arn: arn, SerialNumber: text, DeviceConnectionStatus: text });
export type DescribedDevice = z.output<typeof deviceSchema>;

export const provisionedSchema = z.object({
  DeviceId: deviceId,
  Arn: arn,
  IotThingName: thingName,
  Status: text,
  /** A secret from here on: see archive.ts. */
  Certificates: z.optional(z.unknown()),
});

export const removedSchema = z.object({ DeviceId: deviceId });
export const tagsSchema = z.object({ Tags: tags });
