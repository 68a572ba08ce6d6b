import { describeDuration } from "../../../contracts/duration.ts";
import type { Json } from "../../../contracts/json.ts";
import { listed } from "../../quoted.ts";

/** Whoever has to issue a CA's next certificate, and bring it to devices, needs weeks. */
export const soonMs = 30 * 24 * 3_600_000;

/** What a person is told of certificates that expire soon, or have; undefined where there is nothing to say. */
export function expiringAmong(items: readonly Json[], nowMs: number): string | undefined {
  const said = items.flatMap((item) => {
    if (typeof item !== "object" || item === null || !("expiry" in item) || !("name" in item)) return [];
    const leftMs = Date.parse(String(item.expiry)) - nowMs;
    if (Number.isNaN(leftMs) || leftMs > soonMs) return [];
    return [`${listed([String(item.name)])} ${leftMs <= 0 ? "has expired" : `expires in ${describeDuration(leftMs)}`}`];
  });
  if (said.length === 0) return undefined;
  return `${said.join(", ")}: devices under it register no more then, so upload the next certificate and verify it`;
}
