/** Everything: each fault at each boundary, alone and with every message doubled. Takes many minutes, so it is asked for. */
export const isExhaustive = process.env["DROVER_CRASH_POINTS"] === "all";

/** By default one of so many pairs of a boundary and a fault: neighbours meet different faults, and so do scenarios, by `offset`. */
export function isChosen(boundary: number, fault: number, { every, offset = 0 }: { every: number; offset?: number }) {
  return isExhaustive || (boundary + fault + offset) % every === 0;
}
