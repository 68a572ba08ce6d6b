import type * as z from "zod/mini";
import { unreadable } from "../answer.ts";
import type { Read, ReadCall } from "./client.ts";
import { provider } from "./errors.ts";
import type { Parts } from "./parts.ts";

interface Named {
  readonly Id: string;
  readonly TenantId?: string | null | undefined;
}

/** Reads one thing by its id. @throws RetryableError when the answer is about another one */
export async function readNamed<Value extends Named, Schema extends z.core.$ZodType<Value>>(
  parts: Parts,
  { id, signal, ...call }: ReadCall<Schema> & { readonly id: string; readonly signal: AbortSignal },
): Promise<z.output<Schema>> {
  const read = await parts.client.read(call, signal);
  refuseOther(parts, read, call, { id, found: read.value.Id, tenant: read.value.TenantId });
  return read.value;
}

/** An answer about another id or another tenant, as a mixed-up cache or gateway would give it, must not be taken for ours. */
export function refuseOther(
  { sphereTenantId }: Parts,
  { answer }: Pick<Read<unknown>, "answer">,
  { about, operation, url }: { readonly about: string; readonly operation: string; readonly url: string },
  { id, found, tenant }: { readonly id: string; readonly found: string; readonly tenant?: string | null | undefined },
): void {
  const call = { method: "GET", url, provider, about, operation } as const;
  if (!same(id, found)) throw unreadable(answer, call, "an answer about another id", "mismatch");
  if (tenant && !same(tenant, sphereTenantId)) {
    throw unreadable(answer, call, "an answer about another Sphere tenant", "mismatch");
  }
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
