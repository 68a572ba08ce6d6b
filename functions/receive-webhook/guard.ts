import type { createAuthentication } from "../../lib/clients/authenticate.ts";
import { type Caller, trusted } from "../../lib/clients/caller.ts";
import type { FloodGates } from "../../lib/clients/flood.ts";
import { remember } from "./callers.ts";
import { keptText } from "./input.ts";
import { problemResponse } from "./problem.ts";
import type { Guard, RouteSecurity } from "./security.ts";

/**
 * Whoever reaches the application in process or over a socket that only its owner can open may say who they are, and may do everything.
 */
export const trustingGuard: Guard = () => async (context, next) => {
  const name = context.req.header("drover-caller") ?? "";
  remember(context.req.raw, trusted(/^[\w.:@+-]{1,64}$/.test(name) ? name : "http"));
  await next();
};

export interface GuardParts {
  readonly authenticate: ReturnType<typeof createAuthentication>;
  readonly gates: FloodGates;
}

/** Requests without good credentials that are looked at in a minute, all together. */
const strangersPerMinute = 600;

/** Callers from elsewhere are known by their credentials. */
export function authenticatingGuard({ authenticate, gates }: GuardParts): Guard {
  const tooMany = (waitMs: number) =>
    problemResponse(
      429,
      "too-many-requests",
      "Expected fewer requests, got more than this client may send in a minute",
      {
        headers: { "retry-after": String(Math.max(1, Math.ceil(waitMs / 1000))) },
      },
    );

  return (security) => async (context, next) => {
    if (security.action === "open") return next();
    const request = context.req.raw;
    const answer = await authenticate(request.headers, () => keptText(request, security.maxBytes));
    if (answer.kind === "refused") {
      const waitMs = gates.take("", strangersPerMinute);
      if (waitMs !== undefined) return tooMany(waitMs);
      return unauthorized(answer.code);
    }
    const { caller, by, requestsPerMinute } = answer;
    const waitMs = gates.take(`client/${caller.name}`, requestsPerMinute);
    if (waitMs !== undefined) return tooMany(waitMs);
    const refused = refusalOf(security, caller, by);
    if (refused) return refused;
    remember(request, caller);
    await next();
  };
}

function unauthorized(code: "no-credentials" | "bad-credentials" | "stale-signature"): Response {
  const details = {
    "no-credentials": "Expected a bearer token, or a signature by Standard Webhooks, got neither",
    "bad-credentials": "Expected credentials that are known here, got others",
    "stale-signature": "Expected a signature of now, got one whose time is too far off: look at the sender's clock",
  };
  return problemResponse(401, code, details[code], { headers: { "www-authenticate": 'Bearer realm="drover"' } });
}

function refusalOf(security: RouteSecurity, caller: Caller, by: "bearer" | "standard-webhooks"): Response | undefined {
  if (by === "standard-webhooks" && !security.signed) {
    return problemResponse(
      403,
      "signature-not-enough",
      "Expected a bearer token for this route, got a signature: it covers a body and no path, so it opens POST /requests alone",
    );
  }
  if (security.action === "open" || caller.may(security.action)) return undefined;
  return problemResponse(
    403,
    "not-allowed",
    `Expected a client that is allowed to ${security.action}, got one that is not: see clients in drover.json`,
  );
}
