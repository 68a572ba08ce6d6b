import type { CallContext } from "../../../contracts/provider.ts";
import type { Parts } from "../parts.ts";
import type { Where } from "../paths.ts";
import type { Authority } from "./authority.ts";
import type { VerifyFields } from "./verify-state.ts";

/** All that the stages of one message of a verification work with. */
export interface Verification {
  readonly parts: Parts;
  readonly where: Where;
  readonly name: string;
  readonly fields: VerifyFields;
  /** Known where the request has its content. */
  readonly authority: Authority | undefined;
  readonly context: CallContext;
}
