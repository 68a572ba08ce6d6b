import { RetryableError } from "../../contracts/errors.ts";
import type { Made } from "../../contracts/mint.ts";
import type { PanoramaClient } from "./client.ts";
import { provider } from "./errors.ts";
import { tagsOf } from "./marks.ts";
import { stateOf } from "./states.ts";

/** A device of the name, as a list shows it. */
export interface Listed {
  readonly made: Made;
  readonly tags: Readonly<Record<string, string>>;
  readonly isBeingRemoved: boolean;
}

export async function listedDevices(
  client: PanoramaClient,
  name: string,
  signal: AbortSignal,
): Promise<readonly Listed[]> {
  const all: Listed[] = [];
  for (const device of await client.listNamed(name, signal)) {
    const { DeviceId: id, ProvisioningStatus: status } = device;
    // Passed over it would count as absent, and be made a second time.
    if (id === undefined) throw withoutId(name);
    const tags = await tagsOf(client, device, signal);
    all.push({ made: madeOf({ id, name, status }), tags, isBeingRemoved: stateOf(status)?.kind === "being-removed" });
  }
  return all;
}

function withoutId(name: string): RetryableError {
  return new RetryableError(`Expected the id of every device named ${name} in a list, got one without`, {
    code: "unreadable-answer-unexpected-shape",
    provider,
    operation: "list-devices",
    effect: "none",
  });
}

/** Stored and told: the vendor's own words. */
export function madeOf({
  id,
  name,
  arn,
  thingName,
  status,
}: {
  readonly id: string;
  readonly name: string;
  readonly arn?: string | undefined;
  readonly thingName?: string | undefined;
  readonly status?: unknown;
}): Made {
  return {
    id,
    words: {
      DeviceId: id,
      Name: name,
      ...(arn === undefined ? {} : { Arn: arn }),
      ...(thingName === undefined ? {} : { IotThingName: thingName }),
      ...(typeof status === "string" && /^[A-Z_]{1,64}$/.test(status) ? { Status: status } : {}),
    },
  };
}
