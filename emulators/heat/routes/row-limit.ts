import type { Answer } from "../answer.ts";
import { fault } from "../error-shapes.ts";
import type { Settings } from "../settings.ts";

/** Counts only where there is a limit. The type and status are the source's; the wording is not known. */
export function limitReached(settings: Settings, existing: () => number, what: string): Answer | null {
  const { rowLimit } = settings;
  if (rowLimit === null || existing() < rowLimit) return null;
  const message = `Request limit exceeded: You have reached the maximum ${what} per project, ${rowLimit}. Please delete some.`;
  return fault(settings, 400, { type: "RequestLimitExceeded", message });
}
