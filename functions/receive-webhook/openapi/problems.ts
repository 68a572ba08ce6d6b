import { problemAnswer } from "../../../lib/contracts/answers/problem.ts";
import type { Components } from "../../../lib/contracts/documents/components.ts";

interface ProblemResponse {
  readonly name: string;
  readonly description: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const retryAfter = { "retry-after": "Seconds after which the same request may be sent again." };

/** Problems by status: what each means wherever it is answered. */
export const problemResponses = {
  400: { name: "BadRequest", description: "The body is no JSON, or a parameter is none that is known." },
  401: {
    name: "Unauthorized",
    description: "No credentials, or none that are known here.",
    headers: { "www-authenticate": "How to show who you are." },
  },
  403: { name: "Forbidden", description: "This client is not allowed to." },
  404: { name: "NotFound", description: "Not there, or not for this client." },
  409: { name: "Conflict", description: "What is there does not go with it." },
  413: { name: "TooLarge", description: "The body is longer than it may be." },
  415: { name: "UnsupportedMediaType", description: "Another content type was expected." },
  422: { name: "Refused", description: "Readable, and not acceptable. `problems` names each thing to mend." },
  429: {
    name: "TooManyRequests",
    description: "More requests than this client may send in a minute.",
    headers: retryAfter,
  },
  431: { name: "TooManyHeaders", description: "More headers than a request may have." },
  500: { name: "Defect", description: "A defect of Drover. Its log says more." },
  502: { name: "ProviderRefused", description: "The provider refused. `provider` says what it answered." },
  503: {
    name: "Unavailable",
    description: "The storage or the provider cannot be used right now.",
    headers: retryAfter,
  },
} as const satisfies Readonly<Record<number, ProblemResponse>>;
export type ProblemStatus = keyof typeof problemResponses;

/** The responses that routes share. */
export function sharedResponses(components: Components): Readonly<Record<string, unknown>> {
  const schema = components.reference(problemAnswer);
  const responses: readonly ProblemResponse[] = Object.values(problemResponses);
  return Object.fromEntries(
    responses.map(({ name, description, headers }) => [
      name,
      {
        description,
        ...(headers ? { headers: headersOf(headers) } : {}),
        content: { "application/problem+json": { schema } },
      },
    ]),
  );
}

/** Headers that are always there, unless their text begins otherwise. */
export function headersOf(headers: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [
      name,
      { description, required: !description.startsWith("Present "), schema: { type: "string" } },
    ]),
  );
}
