import type { RouteSecurity } from "../security.ts";

const signed = (name: string, description: string) => ({ type: "apiKey", in: "header", name, description });

export const securitySchemes = {
  bearer: { type: "http", scheme: "bearer", description: "A token of `drover clients token`." },
  webhookId: signed("webhook-id", "Standard Webhooks: id of the message."),
  webhookTimestamp: signed("webhook-timestamp", "Standard Webhooks: seconds since 1970, of this try."),
  webhookSignature: signed(
    "webhook-signature",
    "Standard Webhooks: `v1,` and the signature of `id.timestamp.body`. It covers no path, so it opens one route alone.",
  ),
};

/** One of these; several names in one mean all of them together. */
export function requirementsOf({
  action,
  signed,
}: RouteSecurity): readonly Readonly<Record<string, readonly string[]>>[] {
  if (action === "open") return [];
  const bySignature = { webhookId: [], webhookTimestamp: [], webhookSignature: [] };
  return [{ bearer: [] }, ...(signed ? [bySignature] : [])];
}
