import type { Secret } from "./secret.ts";

/** Makes text that may stand in a record out of what must not be read there, such as a signed status URL. */
export interface Sealer {
  /** @param purpose part of the seal: opened under another one it is refused */
  seal(purpose: string, text: Secret): Promise<string>;
  /** @throws PermanentError when it was not sealed here for this purpose */
  open(purpose: string, sealed: string): Promise<Secret>;
}
