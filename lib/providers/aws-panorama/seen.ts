import type { JsonObject } from "../../contracts/json.ts";
import type { Ended } from "../../contracts/provider.ts";
import type { Answer } from "../answer.ts";
import { quoted } from "../quoted.ts";
import type { DeviceState } from "./states.ts";
import type { DescribedDevice } from "./wire.ts";

export interface Described {
  readonly device: DescribedDevice;
  readonly show: Answer["show"];
  readonly requestId?: string;
}

/** The status as it is told: a known word as it is, anything else quoted. */
export function statusOf({ ProvisioningStatus: status }: DescribedDevice, state: DeviceState | undefined): string {
  return state === undefined ? quoted(status) : String(status);
}

/** How a provisioning ended, with what the service says of the device. */
export function endedOf(
  id: string,
  { device, show, requestId }: Described,
  { outcome, code, reason }: Extract<DeviceState, { readonly kind: "ended" }>,
): Ended {
  return {
    status: String(device.ProvisioningStatus),
    outcome,
    ...(code === undefined ? {} : { code }),
    ...(reason === undefined ? {} : { reason }),
    ids: { deviceId: id },
    result: resultOf(id, device, show),
    ...(requestId === undefined ? {} : { requestId }),
  };
}

/** Longest text of a device that is told: names have 255 characters. */
const longest = 255;

/** In the vendor's words; what it leaves out stays out. */
function resultOf(id: string, device: DescribedDevice, show: Answer["show"]): JsonObject {
  const { Arn, Name, SerialNumber, Brand, Type, DeviceConnectionStatus, DeviceAggregatedStatus, CurrentSoftware } =
    device;
  const texts = { Name, SerialNumber, Brand, Type, DeviceConnectionStatus, DeviceAggregatedStatus, CurrentSoftware };
  const told = Object.entries(texts).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, show(value, longest)] as const],
  );
  const times = { CreatedTime: device.CreatedTime, LeaseExpirationTime: device.LeaseExpirationTime };
  return {
    DeviceId: id,
    ...(Arn === undefined ? {} : { Arn }),
    Status: String(device.ProvisioningStatus),
    ...Object.fromEntries(told),
    ...Object.fromEntries(Object.entries(times).flatMap(([key, seconds]) => timeOf(key, seconds))),
  };
}

/** The service's seconds since 1970 as a time; what is none is left out. */
function timeOf(key: string, seconds: number | undefined): readonly (readonly [string, string])[] {
  const date = new Date((seconds ?? Number.NaN) * 1000);
  return Number.isNaN(date.getTime()) ? [] : [[key, date.toISOString()]];
}
