import { createHash } from "node:crypto";
import { fieldsOf } from "../exchange/call.ts";

/** What a page is cut from: the items in their order, each with a position that no other has. */
export interface Listing<Item> {
  readonly items: readonly Item[];
  readonly positionOf: (item: Item) => Position;
  readonly isDescending: boolean;
  /** What the token is for: it holds for no other question. */
  readonly question: string;
}

/** The value sorted by, then the order of creation. */
export type Position = readonly [key: string | number, order: number];

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextToken: string | null;
}

/** The page after the token's position, so that nothing is skipped when items go meanwhile; null for a token that is none. */
export function cutPage<Item>(listing: Listing<Item>, size: number, token: string | null): Page<Item> | null {
  const after = token === null ? undefined : readToken(token, listing.question);
  if (after === null) return null;
  const { items, positionOf, isDescending } = listing;
  const direction = isDescending ? -1 : 1;
  const sorted = items.toSorted((a, b) => direction * compare(positionOf(a), positionOf(b)));
  const rest = after === undefined ? sorted : sorted.filter((item) => direction * compare(positionOf(item), after) > 0);
  const page = rest.slice(0, size);
  const last = page.at(-1);
  const hasMore = last !== undefined && rest.length > size;
  return { items: page, nextToken: hasMore ? writeToken(positionOf(last), listing.question) : null };
}

function compare([first, firstOrder]: Position, [second, secondOrder]: Position): number {
  return (first < second ? -1 : first > second ? 1 : 0) || firstOrder - secondOrder;
}

function writeToken([key, order]: Position, question: string): string {
  return Buffer.from(JSON.stringify({ key, order, question: digest(question) })).toString("base64url");
}

function readToken(token: string, question: string): Position | null {
  try {
    const { key, order, question: asked } = fieldsOf(JSON.parse(Buffer.from(token, "base64url").toString())) ?? {};
    const isKey = typeof key === "string" || typeof key === "number";
    return isKey && typeof order === "number" && asked === digest(question) ? [key, order] : null;
  } catch {
    return null;
  }
}

function digest(question: string): string {
  return createHash("sha256").update(question).digest("base64url").slice(0, 16);
}
