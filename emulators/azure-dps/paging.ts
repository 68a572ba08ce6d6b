import type { Answer } from "../exchange/answer.ts";
import { json } from "../exchange/answer.ts";
import { originOf, type RoutedCall } from "./call.ts";
import { armError } from "./errors.ts";

/** One page of a list; `nextLink` only while there is more. */
export function page(call: RoutedCall, items: readonly unknown[]): Answer {
  const { pageSize } = call.world.settings;
  const skip = call.url.searchParams.get("$skiptoken");
  const start = skip === null ? 0 : Number(Buffer.from(skip, "base64url").toString());
  if (!Number.isSafeInteger(start) || start < 0) return armError(400, "InvalidSkipToken", "The skip token is invalid.");
  const end = pageSize === null ? items.length : start + pageSize;
  const value = items.slice(start, end);
  if (end >= items.length) return json(200, { value });
  const token = Buffer.from(String(end)).toString("base64url");
  const nextLink = `${originOf(call.world, call.url)}${call.url.pathname}?api-version=${call.apiVersion}&$skiptoken=${token}`;
  return json(200, { nextLink, value });
}
