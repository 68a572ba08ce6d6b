import type { ClientAuth } from "../contracts/client.ts";
import { durationMs } from "../contracts/duration.ts";
import type { Clock } from "../contracts/ports.ts";
import { BoundedQueue } from "./queue.ts";
import { isSignedBy, isTimely, longSignatureOf, type SignedHeaders, signedHeadersOf } from "./signature.ts";
import type { SigningKeys } from "./signing-keys.ts";

type Signing = Extract<ClientAuth, { readonly kind: "standard-webhooks" }>;

/** One client's way to sign. */
export interface Signer<Entry> {
  readonly entry: Entry;
  readonly auth: Signing;
}

export interface SignatureParts<Entry> {
  readonly signers: readonly Signer<Entry>[];
  readonly keys: SigningKeys;
  readonly clock: Pick<Clock, "wallMs">;
}

export type Verified<Entry> =
  | { readonly kind: "known"; readonly entry: Entry }
  | { readonly kind: "refused"; readonly code: "bad-credentials" | "stale-signature" }
  | { readonly kind: "unavailable"; readonly code: "secret-unreadable" | "too-busy" };

/** Requests whose signatures wait to be checked: enough for a burst, and a wait of a few seconds at the most. */
const mostWaiting = 128;
/** A longer body is hashed beside the event loop; for a shorter one the way there would cost more. */
const shortBytes = 4 * 1024;

/**
 * Whose signature it is. Whatever costs nothing to look at comes first: strangers can send as much as they like. Nothing here shuts out
 * whoever signs well because others do not: a request waits for its turn, and only one beyond the bound is told to come again.
 */
export function createVerification<Entry>({ signers, keys, clock }: SignatureParts<Entry>) {
  const queue = new BoundedQueue(mostWaiting);
  const longestMs = Math.max(0, ...signers.map(({ auth }) => durationMs(auth.tolerance)));

  const references = signers.flatMap(({ entry, auth }) =>
    auth.secrets.map((reference) => ({ entry, auth, reference })),
  );
  /** Before the queue: a secret that is slow to read holds up nobody else there. */
  const keyed = () =>
    Promise.all(references.map(async ({ reference, ...signer }) => ({ ...signer, key: await keys.of(reference) })));

  async function verify(
    among: Awaited<ReturnType<typeof keyed>>,
    signed: SignedHeaders,
    body: string | Uint8Array,
  ): Promise<Verified<Entry>> {
    const isLong = body.length > shortBytes;
    const isBy = isLong ? longSignatureOf(signed, body) : (key: Uint8Array) => isSignedBy(key, signed, body);
    for (const { entry, auth, key } of among) {
      if (key === undefined || !(await isBy(key))) continue;
      // Only whoever has the secret learns that it was the time.
      const timely = isTimely(signed, clock.wallMs(), durationMs(auth.tolerance));
      return timely ? { kind: "known", entry } : { kind: "refused", code: "stale-signature" };
    }
    // It may be by the one that cannot be read: whoever signed it should send it again.
    return among.some(({ key }) => key === undefined)
      ? { kind: "unavailable", code: "secret-unreadable" }
      : { kind: "refused", code: "bad-credentials" };
  }

  return async (headers: Headers, body: () => Promise<string | Uint8Array>): Promise<Verified<Entry>> => {
    const signed = signedHeadersOf(headers);
    if (!signed || signers.length === 0) return { kind: "refused", code: "bad-credentials" };
    // No secret would make it good: said without having read any, and to anybody.
    if (!isTimely(signed, clock.wallMs(), longestMs)) return { kind: "refused", code: "stale-signature" };
    const bytes = await body();
    const among = await keyed();
    return (await queue.add(() => verify(among, signed, bytes))) ?? { kind: "unavailable", code: "too-busy" };
  };
}
