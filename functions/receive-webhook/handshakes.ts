import * as z from "zod/mini";
import { InvalidInputError } from "../../lib/contracts/errors.ts";
import { matchesAny } from "../../lib/contracts/patterns.ts";

/** Requests that senders of events are told they may send in a minute: more are answered 429 anyway. */
const allowedRate = "600";

/**
 * Answers a sender that asks whether it may send events here.
 * @see https://github.com/cloudevents/spec/blob/main/cloudevents/http-webhook.md
 * @param origins patterns of senders that may
 */
export function answerPreflight(request: Request, origins: readonly string[]): Response {
  const origin = request.headers.get("webhook-request-origin") ?? "";
  const headers = new Headers({ allow: "POST, OPTIONS" });
  // A name like a host's, so that nothing else is ever sent back.
  if (/^[A-Za-z0-9.-]{1,253}$/.test(origin) && matchesAny(origins, origin)) {
    headers.set("webhook-allowed-origin", origin);
    headers.set("webhook-allowed-rate", allowedRate);
  }
  return new Response(null, { status: 200, headers });
}

const validation = z.array(
  z.object({ data: z.object({ validationCode: z.string().check(z.regex(/^[\w-]{1,128}$/)) }) }),
);

/**
 * The code that Event Grid wants to hear from an endpoint in its own schema, before it sends anything; undefined for any other request.
 * @see https://learn.microsoft.com/azure/event-grid/webhook-event-delivery
 */
export function validationCodeOf(request: Request, body: string): string | undefined {
  if (request.headers.get("aeg-event-type") !== "SubscriptionValidation") return undefined;
  const parsed = validation.safeParse(jsonOf(body));
  const code = parsed.success ? parsed.data[0]?.data.validationCode : undefined;
  if (code !== undefined) return code;
  throw new InvalidInputError("Expected an event of Event Grid with a validation code, got another body");
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
