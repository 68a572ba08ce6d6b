import { shuffled } from "../random.ts";
import { type Answer, json } from "./answer.ts";
import { problem, type RoutedCall } from "./call.ts";
import type { Listing, World } from "./world.ts";

/** How many lists can be under way; the oldest is dropped, as a token must not live for ever. */
const MAX_LISTINGS = 1_000;

/** Answers one page of `items`, given oldest first, or of the listing that the continuation token stands for. */
export function page<T>(call: RoutedCall, items: readonly T[], render: (item: T) => unknown): Answer {
  const { world } = call;
  const size = pageSize(call);
  if (size === null) return problem(world, 400, "The value of maxPageSize must be a positive integer.");
  const token = call.headers.get("sphere-continuation");
  const path = call.url.pathname.toLowerCase();
  if (token === null)
    return answerPage(world, { path, items: ordered(world, items).map(render), offset: 0 }, size, null);
  const listing = world.listings.get(token);
  if (listing?.path !== path) return problem(world, 400, "The continuation token is not valid.");
  return answerPage(world, listing, size, token);
}

function answerPage(world: World, listing: Listing, size: number, token: string | null): Answer {
  const end = listing.offset + size;
  const next = end < listing.items.length ? keep(world, { ...listing, offset: end }) : lastToken(world, token);
  return json(200, { Items: listing.items.slice(listing.offset, end), ContinuationToken: next });
}

function lastToken(world: World, token: string | null): string | null {
  return world.settings.lastPageToken === "repeated" ? token : null;
}

function keep(world: World, listing: Listing): string {
  const token = world.newId();
  world.listings.set(token, listing);
  const [oldest] = world.listings.keys();
  if (world.listings.size > MAX_LISTINGS && oldest !== undefined) world.listings.delete(oldest);
  return token;
}

function pageSize(call: RoutedCall): number | null {
  const limit = call.world.settings.pageSize;
  const text = call.url.searchParams.get("maxPageSize");
  if (text === null) return limit;
  return /^[1-9]\d{0,9}$/.test(text) ? Math.min(Number(text), limit) : null;
}

function ordered<T>(world: World, items: readonly T[]): readonly T[] {
  const { listOrder } = world.settings;
  if (listOrder === "shuffled") return shuffled(items, world.random);
  return listOrder === "newest-first" ? items.toReversed() : items;
}
