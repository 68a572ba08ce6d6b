import type { Outcome } from "./event.ts";
import type { JsonObject } from "./json.ts";

/** What `find` says about an effect whose answer was lost. `absent-so-far` proves nothing until the settling time is over. */
export type Found<Result> =
  | { readonly kind: "found"; readonly result: Result; readonly evidence?: string }
  | { readonly kind: "absent-so-far" }
  /** It has not taken place and never will: the provider was made to refuse it, should it still be under way. */
  | { readonly kind: "fenced"; readonly evidence: string }
  | { readonly kind: "ambiguous"; readonly evidence: string };

/** How a deployment ended, in the provider's word and ours. */
export type Ended = {
  readonly status: string;
  readonly outcome: Exclude<Outcome, "cancelled" | "timed-out">;
  readonly reason?: string;
  readonly code?: string;
  readonly ids?: Readonly<Record<string, string>>;
  readonly result?: JsonObject;
  readonly requestId?: string;
};
