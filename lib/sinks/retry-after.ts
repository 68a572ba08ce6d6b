/** Longest quiet that a receiver can ask for. */
export const retryAfterMaxMs = 24 * 3_600_000;

/**
 * Milliseconds that a `Retry-After` header asks for, within 0 and a day; undefined when it is absent or unreadable.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
 */
export function retryAfterMsOf(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? "";
  if (/^\d+$/.test(text)) return bounded(Number(text) * 1000);
  // V8 reads almost anything as a date: only what has a weekday and a time of day is an HTTP date.
  if (!/^[A-Z][a-z]{2,8},? .*\d{2}:\d{2}:\d{2}/.test(text)) return undefined;
  // The third, obsolete form names no zone and means GMT.
  const date = Date.parse(/\d{4}$/.test(text) ? `${text} GMT` : text);
  return Number.isNaN(date) ? undefined : bounded(date - now);
}

function bounded(ms: number): number {
  return Math.min(Math.max(Math.ceil(ms), 0), retryAfterMaxMs);
}
