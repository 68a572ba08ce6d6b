import type { Answer } from "../exchange/answer.ts";
import type { RoutedCall } from "./call.ts";
import { providerError } from "./errors.ts";
import type { ProvisioningService } from "./world.ts";

/** The refusal of a write of a service whose etag is stale, if the settings have it refused. */
export function refusalOfEtag(call: RoutedCall, service: ProvisioningService, bodyEtag: unknown): Answer | null {
  const { staleEtag, etagFrom } = call.world.settings;
  if (staleEtag === "ignore") return null;
  const header = etagFrom === "body" ? null : call.headers.get("if-match");
  const given = [header === null ? undefined : unquoted(header), etagFrom === "header" ? undefined : bodyEtag];
  const stale = given.some((etag) => typeof etag === "string" && etag !== "" && etag !== "*" && etag !== service.etag);
  if (!stale) return null;
  const text = "The etag of the request is not the one of the resource.";
  if (staleEtag === "refuse-409") return providerError(call.world, 409, 409_001, text, call.atMs);
  return providerError(call.world, 412, 412_001, text, call.atMs);
}

function unquoted(text: string): string {
  return text.replace(/^"(.*)"$/, "$1");
}
