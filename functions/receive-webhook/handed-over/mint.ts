import { DroverError } from "../../../lib/contracts/errors.ts";
import type { Mint } from "../../../lib/contracts/mint.ts";
import type { OperationRecord } from "../../../lib/contracts/operation.ts";
import type { ApplicationDependencies } from "../dependencies.ts";

export interface MintParts {
  readonly providers: Pick<ApplicationDependencies["providers"], "of">;
}

/** What its provider says of it. Undefined where there is none any more: what was minted is handed over all the same. */
export function mintOf({ providers }: MintParts, { id, request }: OperationRecord): Mint | undefined {
  try {
    return providers.of(request.connection).mintOf?.(request, id);
  } catch (error) {
    if (error instanceof DroverError) return undefined;
    throw error;
  }
}
