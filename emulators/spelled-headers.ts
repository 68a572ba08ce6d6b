/**
 * A `Response` knows its headers in lower case and in order of the alphabet only. Some services spell and order them in a way of their
 * own, which is kept here beside the response for whoever writes it to a wire.
 */
const spelled = new WeakMap<Response, readonly (readonly [name: string, value: string])[]>();

export function keepSpelling(response: Response, headers: readonly (readonly [string, string])[]): Response {
  spelled.set(response, headers);
  return response;
}

export function spelledHeaders(response: Response): readonly (readonly [string, string])[] {
  return spelled.get(response) ?? [...response.headers];
}
