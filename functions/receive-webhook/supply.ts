import { ConflictError } from "../../lib/contracts/errors.ts";
import type { OperationRecord } from "../../lib/contracts/operation.ts";
import type { Person } from "../../lib/operations/intervene.ts";
import { supplyCertificate } from "../../lib/operations/supply.ts";
import type { ApplicationDependencies } from "./dependencies.ts";

/**
 * Hands a certificate over to the operation that waits for it, once it was seen to be the right one.
 * @throws InvalidInputError that says what it lacks; ConflictError when nothing waits for one
 */
export async function supply(
  {
    ports,
    providers,
  }: Pick<ApplicationDependencies, "ports"> & {
    readonly providers: Pick<ApplicationDependencies["providers"], "of">;
  },
  { id, request }: OperationRecord,
  certificate: string,
  person: Person,
): Promise<"supplied" | "already"> {
  const change = providers.of(request.connection).changeOf;
  const check = ({ handle }: OperationRecord) => {
    const asked = request.type === "drover.azure-dps.verify-certificate" ? change?.(request) : undefined;
    if (asked?.checkSupplied === undefined || handle === undefined) {
      throw new ConflictError(
        `Expected operation ${id} to wait for a certificate, got ${handle === undefined ? "one that has not asked for it yet" : "one that needs none"}: see drover explain ${id}`,
        { code: "not-waiting" },
      );
    }
    asked.checkSupplied(handle, certificate);
  };
  return supplyCertificate(ports, id, certificate, check, person);
}
