/** A provider that asks for more than a day is asked again after a day. */
export const retryAfterMaxMs = 24 * 3_600_000;

/**
 * Milliseconds that a `Retry-After` header asks for, within 0 and a day; undefined when it is absent or unreadable.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
 */
export function retryAfterMsOf(header: string | null, nowMs: number): number | undefined {
  const text = header?.trim() ?? "";
  if (/^\d+(?:\.\d+)?$/.test(text)) return bounded(Number(text) * 1000);
  const date = httpDateMs(text);
  return date === undefined ? undefined : bounded(date - nowMs);
}

/** An HTTP date in any of its three forms (ms since 1970). */
export function httpDateMs(text: string): number | undefined {
  // V8 reads almost anything as a date, "-5" too: only what has a weekday and a time of day is an HTTP date.
  if (!/^[A-Z][a-z]{2,8},? .*\d{2}:\d{2}:\d{2}/.test(text)) return undefined;
  // The third, obsolete form names no zone and means GMT; V8 would take it for local time.
  const ms = Date.parse(/\d{4}$/.test(text) ? `${text} GMT` : text);
  return Number.isNaN(ms) ? undefined : ms;
}

function bounded(ms: number): number {
  return Math.min(Math.max(Math.ceil(ms), 0), retryAfterMaxMs);
}
