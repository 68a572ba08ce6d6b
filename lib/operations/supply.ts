import { ConflictError, NotFoundError } from "../contracts/errors.ts";
import type { OperationRecord } from "../contracts/operation.ts";
import type { Ports } from "../contracts/ports.ts";
import { sweepSlackMs } from "./backoff.ts";
import { intervene, type Person } from "./intervene.ts";

/**
 * Hands a certificate over to an operation that waits for one, and has it go on at once. Twice is harmless.
 * @param check looked at with the row as it is when it is written: what the operation waits for may have changed since it was read
 * @throws NotFoundError; ConflictError when it has ended; what `check` throws
 */
export async function supplyCertificate(
  ports: Ports,
  id: string,
  certificate: string,
  check: (record: OperationRecord, nowMs: number) => void,
  { by }: Person,
): Promise<"supplied" | "already"> {
  const written = await intervene(ports, id, (record, now) => {
    if (record.state === "ended") {
      throw new ConflictError(
        `Expected operation ${id} to wait for a certificate, got one that ended as ${record.outcome}: submit the request again`,
        { code: "operation-ended" },
      );
    }
    check(record, now);
    if (record.supplied?.certificate === certificate) return undefined;
    return {
      patch: { supplied: { certificate, by, at: now }, resumeAt: undefined },
      owedStep: { n: record.n, attempt: 0, notBefore: now },
      wakeAt: now + sweepSlackMs,
      history: { what: "supplied", step: record.step, detail: `a certificate, by ${by}` },
    };
  });
  if (!written) throw new NotFoundError(`Expected an operation under ${id}, got none`);
  return written.changed ? "supplied" : "already";
}
