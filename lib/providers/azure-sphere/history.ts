import type { SphereClient } from "./client.ts";
import { dateMsOf } from "./dates.ts";
import type { Advice } from "./errors.ts";
import type { Paths } from "./paths.ts";
import { deploymentPageSchema, type SphereDeployment } from "./wire.ts";

/** A deployment that a group had or has; ids in lower case, since they compare without case. */
export interface PastDeployment {
  readonly id: string;
  readonly images: ReadonlySet<string>;
  /** Undefined when the date is absent or cannot be read. */
  readonly atMs: number | undefined;
}

export interface History {
  readonly deployments: readonly PastDeployment[];
  /** False when the pages did not end within the bound: then an absence means nothing. */
  readonly complete: boolean;
}

/** All deployments of a group, in no order: none is documented. */
export async function readHistory(
  client: SphereClient,
  paths: Paths,
  deviceGroupId: string,
  { signal, maxPages, advice }: { readonly signal: AbortSignal; readonly maxPages: number; readonly advice?: Advice },
): Promise<History> {
  const found = new Map<string, PastDeployment>();
  const tokens = new Set<string>();
  let continuation: string | undefined;
  for (let page = 1; page <= maxPages; page += 1) {
    const { value } = await client.read(
      {
        url: paths.deployments(deviceGroupId),
        about: `deployments of device group ${deviceGroupId}`,
        operation: "list-deployments",
        schema: deploymentPageSchema,
        ...(advice === undefined ? {} : { advice }),
        continuation,
      },
      signal,
    );
    for (const item of value.Items) found.set(item.Id.toLowerCase(), pastDeployment(item));
    const next = value.ContinuationToken;
    // A token that comes a second time would turn the same pages for ever; the list is at its end.
    if (!next || tokens.has(next)) return { deployments: [...found.values()], complete: true };
    tokens.add(next);
    continuation = next;
  }
  return { deployments: [...found.values()], complete: false };
}

function pastDeployment({ Id, DeployedImages, DeploymentDateUtc }: SphereDeployment): PastDeployment {
  return { id: Id.toLowerCase(), images: imageSet(DeployedImages ?? []), atMs: dateMsOf(DeploymentDateUtc) };
}

export function imageSet(images: readonly string[]): ReadonlySet<string> {
  return new Set(images.map((image) => image.toLowerCase()));
}
