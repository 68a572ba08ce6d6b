import { scrub } from "../scrub.ts";

/** Where the connection's token may go: its endpoint, and the origins that are listed beside it. */
export interface TrustedOrigins {
  readonly endpoint: string;
  readonly origins: ReadonlySet<string>;
}

export type Link =
  | { readonly kind: "trusted"; readonly url: string }
  | { readonly kind: "foreign"; readonly host: string }
  | { readonly kind: "unreadable" };

/** A URL out of an answer: whoever can write it would otherwise be sent the token. */
export function linkOf(text: string, { endpoint, origins }: TrustedOrigins): Link {
  const url = URL.parse(text, endpoint);
  if (url === null || url.username !== "" || url.password !== "") return { kind: "unreadable" };
  if (!origins.has(url.origin)) return { kind: "foreign", host: scrub(url.host, [], 80) };
  return { kind: "trusted", url: url.href };
}

/** Why a link is not followed, as the end of a sentence. */
export function distrust(link: Exclude<Link, { kind: "trusted" }>): string {
  return link.kind === "foreign" ? `the foreign host ${link.host || "without a name"}` : "text that is no usable URL";
}
