import type { OperationRecord } from "../../../lib/contracts/operation.ts";
import { isAwaited } from "../../hand-over/ready.ts";
import { fetchedOf, type HandOver } from "../../hand-over/state.ts";
import { safeFileName } from "./file-name.ts";

/** The command by which it goes on: of whoever stands at the device, as long as there is one for him. */
export function nextOf(record: OperationRecord, state: HandOver | undefined, nowMs: number): string {
  const { id, outcome } = record;
  if (record.state === "ended") {
    if (outcome === "succeeded") return `drover operations show ${id}`;
    return outcome === "unknown" ? `drover explain ${id}` : `drover submit --again ${id}`;
  }
  if (!state) return `drover explain ${id}`;
  const [ready, watch] = [`drover handoff ready ${id}`, `drover watch ${id}`];
  if (record.cancelRequested) return watch;
  switch (state.phase) {
    case "awaiting":
      return isAwaited(record, state, nowMs) ? watch : ready;
    case "removing":
      return state.afterwards?.kind === "await" && !isAwaited(record, state, nowMs) ? ready : watch;
    case "offered": {
      const { offer } = state;
      if (!offer || fetchedOf(record, state)) return watch;
      return nowMs < offer.expiresAt ? `drover handoff fetch ${id} --out ${safeFileName(offer.fileName)}` : ready;
    }
    case "minting":
    case "following":
    case "finishing":
      return watch;
  }
}
