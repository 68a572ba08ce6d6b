import type { LedgerRecord } from "../../../lib/contracts/operation.ts";
import type { Port } from "../fleet/faults.ts";

/** What a cloud would write on its bill: counted as it happens, by the rules that its documentation gives. */
export interface Bill {
  io(port: Port, key: string): void;
  written(key: string, before: LedgerRecord | undefined, after: LedgerRecord | undefined): void;
  published(): void;
  queued(): void;
  /** @returns what is called when the invocation has ended */
  invoked(messages: number, process: string): () => void;
  lines(): readonly BillLine[];
}

export interface BillLine {
  readonly what: string;
  readonly count: number;
  readonly unit: string;
  readonly dollars: number;
}

export const totalOf = (lines: readonly BillLine[]): number => lines.reduce((sum, { dollars }) => sum + dollars, 0);
