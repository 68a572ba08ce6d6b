import { durationMs } from "../contracts/duration.ts";
import type { Secret } from "../contracts/secret.ts";
import type { CarriedEvent, SinkConfiguration } from "../contracts/sink.ts";
import { signatureHeaders, signingKeyOf } from "../contracts/standard-webhooks.ts";
import { contentOf } from "./cloud-event.ts";
import type { PostRequest } from "./post.ts";

export interface RequestSources {
  readonly readSecret: (reference: string) => Promise<Secret>;
  readonly now: () => number;
}

/** One try to deliver the event: signed anew, with the secrets as they are now. */
export async function requestOf(
  event: CarriedEvent,
  sink: SinkConfiguration,
  { readSecret, now }: RequestSources,
): Promise<PostRequest> {
  const keys: Uint8Array[] = [];
  for (const reference of sink.secrets) keys.push(signingKeyOf(await readSecret(reference), reference));
  const { headers, body } = contentOf(event, sink.contentMode);
  return {
    url: sink.url,
    headers: {
      ...headers,
      ...signatureHeaders(keys, { id: event.id, body, timestamp: now() }),
      accept: "*/*",
      "user-agent": "drover",
    },
    body,
    timeoutMs: durationMs(sink.timeout),
    allowPrivateAddresses: sink.allowPrivateAddresses,
  };
}
