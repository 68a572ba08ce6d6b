import { ConflictError } from "../../lib/contracts/errors.ts";
import type { Json } from "../../lib/contracts/json.ts";
import type { OperationRecord } from "../../lib/contracts/operation.ts";
import type { DeploymentProvider, Report } from "../../lib/contracts/provider.ts";
import { wakeOperation } from "../../lib/operations/commands.ts";
import type { ApplicationDependencies } from "./dependencies.ts";

interface Reported {
  readonly by: string;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/**
 * Says at the provider how a deployment ended, then looks at once. A crash in between loses nothing: the next poll sees it.
 * @throws ConflictError when there is nothing that a report could end
 */
export async function reportEnd(
  { ports, providers }: Pick<ApplicationDependencies, "ports" | "providers">,
  record: OperationRecord,
  { by, report, signal }: Reported,
): Promise<void> {
  const { id, request } = record;
  const handle = reportable(record);
  const provider = providers.of(request.connection);
  if (!canReport(provider)) {
    throw refusal(id, `one of kind ${provider.kind}, whose provider says by itself how it ends`, "no-report");
  }
  await provider.report(request, handle, report, { signal, nowMs: ports.clock.now() });
  const why = `reported as ${report.status} by ${by}${report.reason === undefined ? "" : `: ${report.reason}`}`;
  await wakeOperation(ports, id, why);
}

function canReport(
  provider: DeploymentProvider,
): provider is DeploymentProvider & Required<Pick<DeploymentProvider, "report">> {
  return provider.report !== undefined;
}

function reportable({ id, state, outcome, concluded, children, handle }: OperationRecord): Json {
  if (state === "ended") throw refusal(id, `one that ended as ${outcome}`, "operation-ended");
  if (concluded) throw refusal(id, `one that is about to end as ${concluded.outcome}`, "operation-ended");
  if (children) {
    const find = `report each that waits for it, see drover operations list --parent ${id} --state active`;
    throw refusal(id, `a parent of ${children.total} operations: ${find}`, "is-parent");
  }
  if (handle !== undefined) return handle;
  throw refusal(
    id,
    `one that has not been started at its provider: wait for it, see drover explain ${id}`,
    "not-started",
  );
}

function refusal(id: string, found: string, code: string): ConflictError {
  return new ConflictError(
    `Expected operation ${id} to wait at its provider for an end that somebody reports, got ${found}`,
    {
      code,
    },
  );
}
