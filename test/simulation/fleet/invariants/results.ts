import type { OperationRecord } from "../../../../lib/contracts/operation.ts";
import type { Work } from "../io.ts";
import type { Report } from "../verdicts.ts";
import { nameOf } from "./rows.ts";

/** Whoever was answered by a provider has it in the row before his message goes, whoever else has written meanwhile. */
export function resultsAreKept({ done }: Work, row: OperationRecord | undefined, report: Report): void {
  if (row?.state !== "active") return;
  for (const [name, { nonce, result }] of Object.entries(row.intents)) {
    if (result === undefined && done.answered?.includes(nonce))
      report("results-are-kept", `${nameOf(row)} was answered on ${name}, and its row does not know`);
  }
}
