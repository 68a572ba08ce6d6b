import type { Answer } from "./answer.ts";
import { type Call, problem } from "./call.ts";
import type { World } from "./world.ts";

/** Counts the call against the limit in fixed windows; the refusal when it is one too many. Tokens come from elsewhere and are free. */
export function throttle(world: World, call: Call): Answer | null {
  const limit = world.settings.rateLimit;
  if (limit === null || !/^\/v2\//i.test(call.url.pathname)) return null;
  const window = world.rateWindow;
  if (call.atMs >= window.startsAtMs + limit.perMs) world.rateWindow = { startsAtMs: call.atMs, requests: 0 };
  world.rateWindow.requests += 1;
  if (world.rateWindow.requests <= limit.requests) return null;
  const leftMs = world.rateWindow.startsAtMs + limit.perMs - call.atMs;
  const headers = limit.sendRetryAfter ? { "retry-after": String(Math.ceil(leftMs / 1_000)) } : {};
  return problem(world, 429, "Too many requests.", headers);
}
