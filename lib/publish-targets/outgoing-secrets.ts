import { Secret } from "../contracts/secret.ts";

/** A value that is about to be sent as JSON, in each form in which an answer could quote it. */
export function formsOf(value: Secret): readonly Secret[] {
  const escaped = JSON.stringify(value.reveal()).slice(1, -1);
  return escaped === value.reveal() ? [value] : [value, new Secret(escaped)];
}
