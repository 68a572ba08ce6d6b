import { RetryableError } from "../../../contracts/errors.ts";
import type { CallContext } from "../../../contracts/provider.ts";
import type { ServiceDocument } from "../document.ts";
import { editable } from "../editable.ts";
import { provider } from "../errors.ts";
import { readHidden, requireActive, requireLocalAuth, requireNothingToReset } from "../guards.ts";
import { type Intended, requireIntended } from "../intended.ts";
import type { Parts } from "../parts.ts";
import type { Where } from "../paths.ts";
import { stateOf } from "../states.ts";
import type { ServiceDescription } from "../wire.ts";
import type { Looked } from "./service-change.ts";

export interface LookOptions {
  readonly purpose: "write" | "find";
  /** Whether the write makes no sense where keys are not accepted. */
  readonly needsKeys?: boolean;
}

/** Reads the service, then its keys: what changes in between changes the ETag that the write carries. */
export async function lookAt(
  { client }: Parts,
  where: Where,
  { signal }: CallContext,
  { purpose, needsKeys }: LookOptions,
): Promise<ServiceDocument> {
  const description = await client.service(where, signal);
  if (purpose === "find") requireRest(where, description);
  else {
    requireActive(where, description);
    const hidden = await readHidden(client, where, signal);
    if (needsKeys) requireLocalAuth(where, hidden);
    requireNothingToReset(where, hidden, client.apiVersion);
  }
  const keys = await client.keys(where, signal);
  return editable(description, keys, { name: where.service, apiVersion: client.apiVersion });
}

/** What is lost may be what is under way: nothing can be said before it has ended. @throws RetryableError */
export function requireRest({ service }: Where, { properties }: Pick<ServiceDescription, "properties">): void {
  const state = stateOf(properties.state);
  if (state?.kind !== "passing") return;
  throw new RetryableError(`Expected service ${service} at rest, got ${state.name}: ${state.advice}`, {
    provider,
    code: state.code,
    effect: "none",
  });
}

/** Writes what was read with the wish put in, once everything else was seen to be as it was. */
export function sendWritten(
  { client }: Parts,
  where: Where,
  { read, written, intended }: { read: ServiceDocument; written: ServiceDocument; intended: Intended },
): NonNullable<Looked["send"]> {
  requireIntended(read, written, intended);
  return (window, signal) => client.putService(where, written, { ...window, etag: read.etag }, signal);
}
