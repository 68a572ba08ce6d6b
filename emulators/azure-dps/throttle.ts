import { type Answer, withHeaders } from "../exchange/answer.ts";
import type { Route } from "./call.ts";
import { armError } from "./errors.ts";
import { key, type World } from "./world.ts";

/** What recordings show for a budget that nobody uses up. */
const RESOURCE_REQUESTS_LEFT = 4_999;

/** Takes one token of the caller's budget; the refusal when there is none. */
export function throttle(
  world: World,
  route: Route,
  subscriptionId: string,
  objectId: string,
  atMs: number,
): Answer | null {
  const { throttling, throttleRetryAfterSeconds: seconds } = world.settings;
  if (throttling === null) return null;
  const rule = throttling[route.budget];
  const name = key(subscriptionId, objectId, route.budget);
  const bucket = world.buckets.get(name) ?? { tokens: rule.size, atMs };
  bucket.tokens = Math.min(rule.size, bucket.tokens + ((atMs - bucket.atMs) / 1_000) * rule.perSecond);
  bucket.atMs = atMs;
  world.buckets.set(name, bucket);
  if (bucket.tokens >= 1) {
    bucket.tokens -= 1;
    return null;
  }
  const text = `The number of ${route.budget} of the subscription '${subscriptionId}' is over its limit. Please try again after '${seconds}' seconds.`;
  return armError(429, "ResourceRequestsThrottled", text, { "retry-after": String(seconds) });
}

/** Says what is left, on the operations where recordings have the header: on none that only reads. */
export function reportBudget(
  world: World,
  route: Route,
  subscriptionId: string,
  objectId: string,
  answer: Answer,
): Answer {
  const { rateLimitHeaders } = world.settings;
  if (!rateLimitHeaders || route.reports === undefined) return answer;
  const bucket = world.buckets.get(key(subscriptionId, objectId, route.budget));
  const left = route.reports === "resource-requests" ? RESOURCE_REQUESTS_LEFT : Math.floor(bucket?.tokens ?? 0);
  return withHeaders(answer, { [`x-ms-ratelimit-remaining-subscription-${route.reports}`]: String(left) });
}
