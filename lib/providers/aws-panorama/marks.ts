import { attemptTag, operationTag, type PanoramaDevice } from "../../contracts/requests/aws-panorama.ts";
import type { PanoramaClient } from "./client.ts";

/** The device as it is asked for, with what it is found again by. */
export function marked(device: PanoramaDevice, operation: string, attempt: string): PanoramaDevice {
  return { ...device, Tags: { ...device.Tags, [operationTag]: operation, [attemptTag]: attempt } };
}

type Tags = Readonly<Record<string, string>>;

interface Seen {
  readonly DeviceId?: string | undefined;
  readonly Arn?: string | undefined;
  readonly Tags?: Tags | undefined;
}

/** The tags of a device that was read. No tags are left out of some answers: then they are asked for, up to the call that is about them. */
export async function tagsOf(client: PanoramaClient, seen: Seen, signal: AbortSignal): Promise<Tags> {
  if (seen.Tags !== undefined) return seen.Tags;
  if (seen.Arn !== undefined) return (await client.tagsOf(seen.Arn, signal)) ?? {};
  const described = seen.DeviceId === undefined ? undefined : await client.describe(seen.DeviceId, signal);
  if (described?.device.Tags !== undefined) return described.device.Tags;
  const { Arn } = described?.device ?? {};
  return Arn === undefined ? {} : ((await client.tagsOf(Arn, signal)) ?? {});
}

export const isOf = (tags: Tags, operation: string): boolean => tags[operationTag] === operation;
export const isFrom = (tags: Tags, attempt: string): boolean => tags[attemptTag] === attempt;
