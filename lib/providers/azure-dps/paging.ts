import type * as z from "zod/mini";
import { unreadable } from "../answer.ts";
import { type Checked, valueIn } from "../value.ts";
import type { Arm, ArmCall } from "./arm.ts";
import { refusedBecause } from "./errors.ts";
import { distrust, linkOf, type TrustedOrigins } from "./links.ts";

type PageSchema<Item> = Checked<z.core.$ZodType<{ value: Item[]; nextLink?: string | null | undefined }>>;

/**
 * All items of a list, page by page. A list that is not complete is no list: what it lacks would be deleted by a write.
 * The next page is a GET also after a POST, as in the vendor's own clients.
 */
export async function readPages<Item>(
  arm: Arm,
  first: ArmCall,
  schema: PageSchema<Item>,
  {
    trusted,
    maxPages,
    signal,
  }: { readonly trusted: TrustedOrigins; readonly maxPages: number; readonly signal: AbortSignal },
): Promise<readonly Item[]> {
  const items: Item[] = [];
  const seen = new Set([first.url]);
  let next = first;
  for (let page = 1; page <= maxPages; page += 1) {
    const { answer, call } = await arm.read(next, signal);
    const { value, nextLink } = valueIn(answer, call, schema);
    items.push(...value);
    if (!nextLink) return items;
    const link = linkOf(nextLink, trusted);
    if (link.kind !== "trusted") {
      throw refusedBecause(
        `Expected the next page of ${first.about} at an origin of connection ${arm.name}, got a link to ${distrust(link)}: list its origin in connections.${arm.name}.origins if it is Azure's`,
        "foreign-link",
        answer,
        call,
      );
    }
    if (seen.has(link.url)) throw unreadable(answer, call, "a next page that was read already", "loop");
    seen.add(link.url);
    const { method, url, body, ...same } = first;
    next = { ...same, method: "GET", url: link.url };
  }
  throw refusedBecause(
    `Expected ${first.about} on at most ${maxPages} pages, got more: it cannot be used without being complete`,
    "too-many-pages",
  );
}
