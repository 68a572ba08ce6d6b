import type { Secret } from "../contracts/secret.ts";

/** One HTTP request to a provider. */
export interface Call {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly url: string;
  /** Whose API it is, for errors. */
  readonly provider: string;
  /** What the answer is about, for messages: `device group c4b1067f-…`. */
  readonly about: string;
  /** Kebab-case name of the call, for errors: `read-device-group`. */
  readonly operation: string;
  /** Whether it changes the world. Without proof, a failure of such a call means that its effect is possible. */
  readonly changes?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  /** Header that carries a secret, such as `authorization`. */
  readonly secretHeader?: { readonly name: string; readonly prefix?: string; readonly value: Secret };
  readonly body?: CallBody;
  /** What in the URL is secret, such as a signed query. */
  readonly urlSecrets?: readonly Secret[];
  /** Header of the answer that carries a secret: it comes as the answer's `token`, and nowhere else. */
  readonly tokenHeader?: string;
  /** Headers of the answer, in lower case, that may carry a signed URL: they come as the answer's `secretHeaders`, and nowhere else. */
  readonly secretHeaders?: readonly string[];
  /** Headers of the answer, in lower case, that are none: they come as the answer's `shownHeaders`. */
  readonly shownHeaders?: readonly string[];
  /** Secrets beside all those: in other headers, or what a signature was made with. */
  readonly secrets?: readonly Secret[];
  readonly timeoutMs?: number;
  /** Longest body of this call's answer, where it is not the one of all calls. */
  readonly maxBytes?: number;
}

export interface CallBody {
  readonly contentType: string;
  readonly text: string | Secret;
  /** Secrets that stand somewhere in the text. */
  readonly secrets?: readonly Secret[];
}

/** Everything secret that a call sends: none of it may come back in a message. */
export function secretsOf({ secretHeader, body, urlSecrets = [], secrets = [] }: Call): readonly Secret[] {
  const inBody = body === undefined || typeof body.text === "string" ? [] : [body.text];
  return [
    ...(secretHeader ? [secretHeader.value] : []),
    ...inBody,
    ...(body?.secrets ?? []),
    ...urlSecrets,
    ...secrets,
  ];
}

/** What a failure of the call means for the world as long as nothing proves the contrary. */
export function effectWithoutProof(call: Call): "none" | "possible" {
  return call.changes === true ? "possible" : "none";
}
