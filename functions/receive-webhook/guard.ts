import type { Authenticated, createAuthentication } from "../../lib/clients/authenticate.ts";
import { type Caller, trusted } from "../../lib/clients/caller.ts";
import type { FloodGates } from "../../lib/clients/flood.ts";
import { identify, ownerIdentity, remember } from "./callers.ts";
import { keptBody } from "./input.ts";
import { problemResponse } from "./problem.ts";
import type { Guard, RouteSecurity } from "./security.ts";
import { tooManyRequests } from "./too-many.ts";

/**
 * Whoever reaches the application in process or over a socket that only its owner can open may say who they are, and may do everything.
 */
export const trustingGuard: Guard = () => async (context, next) => {
  const name = context.req.header("drover-caller") ?? "";
  identify(context.req.raw, ownerIdentity);
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
  const refuse = (answer: Response): Response => {
    const waitMs = gates.take("", strangersPerMinute);
    return waitMs === undefined ? answer : tooManyRequests(waitMs);
  };

  return (security) => async (context, next) => {
    if (security.action === "open") return next();
    const request = context.req.raw;
    // Before anything of it is read: on these routes no signature opens anything.
    if (!security.signed && isSignedAlone(request)) return refuse(signatureNotEnough());
    let answer: Authenticated;
    try {
      answer = await authenticate(request.headers, () => keptBody(request, security.maxBytes));
    } catch (error) {
      // Whoever sends a body that cannot be read has shown no credentials either.
      const waitMs = gates.take("", strangersPerMinute);
      if (waitMs !== undefined) return tooManyRequests(waitMs);
      throw error;
    }
    if (answer.kind === "refused") return refuse(unauthorized(answer.code));
    if (answer.kind === "unavailable") return refuse(unavailable(answer.code));
    const { caller, requestsPerMinute } = answer;
    identify(request, caller.name);
    const gate = `client/${caller.name}`;
    const waitMs = gates.take(gate, requestsPerMinute);
    if (waitMs !== undefined) return tooManyRequests(waitMs);
    const refused = refusalOf(security, caller);
    if (refused) return refused;
    remember(request, caller, (count) => gates.takeMore(gate, requestsPerMinute, count));
    await next();
  };
}

/** A token goes before a signature. */
function isSignedAlone({ headers }: Request): boolean {
  return headers.has("webhook-signature") && !headers.has("authorization");
}

function unavailable(code: "secret-unreadable" | "too-busy"): Response {
  const details = {
    "secret-unreadable":
      "Expected a signature that can be checked, got one while a secret cannot be read here: send it again later",
    "too-busy": "Expected fewer signatures at once, got more than can be checked now: send it again later",
  };
  const seconds = { "secret-unreadable": "30", "too-busy": "2" };
  return problemResponse(503, code, details[code], { headers: { "retry-after": seconds[code] } });
}

function unauthorized(code: "no-credentials" | "bad-credentials" | "stale-signature"): Response {
  const details = {
    "no-credentials": "Expected a bearer token, or a signature by Standard Webhooks, got neither",
    "bad-credentials": "Expected credentials that are known here, got others",
    "stale-signature": "Expected a signature of now, got one whose time is too far off: look at the sender's clock",
  };
  return problemResponse(401, code, details[code], { headers: { "www-authenticate": 'Bearer realm="drover"' } });
}

function signatureNotEnough(): Response {
  return problemResponse(
    403,
    "signature-not-enough",
    "Expected a bearer token for this route, got a signature: it covers a body and no path, so it opens POST /requests alone",
  );
}

function refusalOf(security: RouteSecurity, caller: Caller): Response | undefined {
  if (security.action === "open" || caller.may(security.action)) return undefined;
  return problemResponse(
    403,
    "not-allowed",
    `Expected a client that is allowed to ${security.action}, got one that is not: see clients in drover.json`,
  );
}
