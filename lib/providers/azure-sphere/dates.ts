/** Before this year a date is a placeholder, such as .NET's 0001-01-01. */
const earliestMs = Date.UTC(2015, 0, 1);

/**
 * Milliseconds of a date as the API writes it: the format is not documented, and without a zone it is UTC.
 * Undefined when it cannot be read: whoever asks must then assume the worst.
 */
export function dateMsOf(text: string | null | undefined): number | undefined {
  const date = text?.trim() ?? "";
  if (!/\d{4}/.test(date)) return undefined;
  const zoned = /(?:Z|GMT|UTC|[+-]\d{2}:?\d{2})$/i.test(date) && /\d:\d/.test(date);
  const iso = /^\d{4}-\d{2}-\d{2}T/.test(date);
  const dateOnly = /^\d{4}-\d{2}-\d{2}$/.test(date);
  const ms = Date.parse(zoned || dateOnly ? date : iso ? `${date}Z` : `${date} UTC`);
  return Number.isNaN(ms) || ms < earliestMs ? undefined : ms;
}
