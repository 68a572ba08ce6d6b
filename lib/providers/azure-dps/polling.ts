import * as z from "zod/mini";
import type { Json } from "../../contracts/json.ts";
import type { ChangeBegun } from "../../contracts/key-rotation.ts";
import { parseAs } from "../../contracts/parse.ts";
import type { Sealer } from "../../contracts/sealer.ts";
import { Secret } from "../../contracts/secret.ts";
import type { Accepted } from "./calls.ts";
import { distrust, linkOf } from "./links.ts";
import type { Parts } from "./parts.ts";
import type { Where } from "./paths.ts";

/** Seals status URLs: signed ones let anybody who has them read what a change ended with. */
export const statusUrlPurpose = "azure-dps/status-url";

const pollingSchema = z.object({
  change: z.enum(["put", "patch", "delete"]),
  resourceGroup: z.string(),
  service: z.string(),
  /** Absent: the service itself is looked at. `location` ends by its HTTP status, `status` by a word in its body. */
  follow: z.optional(z.object({ by: z.enum(["status", "location"]), url: z.string() })),
  /** The ETag before: a change that cannot be followed any more is known by having replaced it. */
  etagBefore: z.optional(z.string()),
  /** What a person should know about how it is followed. */
  note: z.optional(z.string()),
});

/** Where a change of a service is followed. Stored; its URL is sealed. */
export type Polling = z.output<typeof pollingSchema>;

/** @throws InvalidInputError */
export function pollingOf(polling: unknown): Polling {
  return parseAs(pollingSchema, polling, "what an Azure DPS change is followed by");
}

export interface Begun extends Pick<ChangeBegun, "requestId"> {
  /** A `Polling`. */
  readonly polling?: Json;
  readonly retryAfterMs?: number;
}

/** What is kept of an accepted change. Nothing to poll for where the answer says that it is in force: a service that is gone. */
export async function begun(
  { sealer, trusted }: Pick<Parts, "sealer" | "trusted">,
  accepted: Accepted,
  {
    change,
    where,
    etagBefore,
  }: { readonly change: Polling["change"]; readonly where: Where; readonly etagBefore?: string | undefined },
): Promise<Begun> {
  const { status, requestId, retryAfterMs, statusUrl, location } = accepted;
  const rest = {
    ...(requestId === undefined ? {} : { requestId }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
  if (change === "delete" && (status === 204 || status === 404)) return rest;
  const notes: string[] = [];
  const follow = async (by: "status" | "location", url: Secret | undefined) => {
    if (url === undefined) return undefined;
    const link = linkOf(url.reveal(), trusted);
    if (link.kind === "trusted") {
      const sealed = await sealedOr(sealer, new Secret(link.url));
      if (sealed !== undefined) return { by, url: sealed };
      notes.push("the place to follow the change at could not be sealed, so that the service itself is looked at");
      return undefined;
    }
    notes.push(`Azure named ${distrust(link)} as the place to follow the change at, which was not asked`);
    return undefined;
  };
  const followed = (await follow("status", statusUrl)) ?? (await follow("location", location));
  const { resourceGroup, service } = where;
  const polling: Json = {
    change,
    resourceGroup,
    service,
    ...(followed === undefined ? {} : { follow: followed }),
    ...(etagBefore === undefined ? {} : { etagBefore }),
    ...(notes.length === 0 ? {} : { note: notes.join("; ") }),
  };
  return { polling, ...rest };
}

/** Undefined when it fails: the change has begun, and an error from here could pass for the proof that it has not. */
async function sealedOr(sealer: Sealer, url: Secret): Promise<string | undefined> {
  try {
    return await sealer.seal(statusUrlPurpose, url);
  } catch {
    return undefined;
  }
}
