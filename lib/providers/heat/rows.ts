import { DroverError } from "../../contracts/errors.ts";
import type { Asked } from "./client.ts";
import { dateMsOf } from "./dates.ts";
import { isNotFound } from "./errors.ts";
import type { Parts } from "./parts.ts";
import { markerKey } from "./request.ts";
import { deploymentsSchema, type HeatDeployment } from "./wire.ts";

/** All deployments of a server; Heat has no pages here, and no filter but this one. */
export async function rowsOf({ client, bounds }: Parts, server: string, signal: AbortSignal) {
  const { value, answer } = await client.read(
    {
      method: "GET",
      path: "/software_deployments",
      query: { server_id: server },
      about: `deployments of server ${server}`,
      operation: "list-deployments",
      maxBytes: bounds.listBytes,
    },
    deploymentsSchema,
    signal,
  );
  return { rows: value.software_deployments, answer };
}

export function isMarked({ input_values }: HeatDeployment, marker: string): boolean {
  if (typeof input_values !== "object" || input_values === null || Array.isArray(input_values)) return false;
  return markerKey in input_values && input_values[markerKey] === marker;
}

/** By creation time, then by id: every look chooses the same one. */
export function oldestFirst<Item extends { readonly id: string; readonly creation_time?: unknown }>(
  items: readonly Item[],
): Item[] {
  const at = ({ creation_time }: Item) => dateMsOf(creation_time) ?? Number.MAX_SAFE_INTEGER;
  return items.toSorted((a, b) => at(a) - at(b) || (a.id < b.id ? -1 : 1));
}

/** Gone already is fine. @throws the error of every other answer that is no success */
export async function removeRow({ client }: Parts, id: string, signal: AbortSignal): Promise<void> {
  const asked = await client.ask(
    {
      method: "DELETE",
      path: `/software_deployments/${encodeURIComponent(id)}`,
      about: `the deletion of deployment ${id}`,
      operation: "delete-deployment",
    },
    signal,
  );
  if (!isDone(asked)) throw client.refusal(asked);
}

/** Rows of ours beside the one that counts. What fails here is found again by the next look or the clean-up. */
export async function removeSurplus(
  parts: Parts,
  rows: readonly HeatDeployment[],
  signal: AbortSignal,
): Promise<number> {
  let left = 0;
  for (const { id } of rows) {
    try {
      await removeRow(parts, id, signal);
    } catch (error) {
      if (!(error instanceof DroverError)) throw error;
      left += 1;
    }
  }
  return left;
}

/** Deleted, or Heat itself says that there is nothing to delete. */
export function isDone({ answer }: Asked): boolean {
  return (answer.status >= 200 && answer.status < 300) || isNotFound(answer);
}
