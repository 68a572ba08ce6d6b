const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const rfc1123 = /^[a-z]{3}, (\d{2}) ([a-z]{3}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/i;

/**
 * Milliseconds of a date as certificates have it, undefined when it cannot be read or is the service's "never", which is the year 1:
 * V8's own reader takes that for 2001.
 */
export function dateMsOf(text: string | null | undefined): number | undefined {
  const [, day, month = "", year, hour, minute, second] = rfc1123.exec(text?.trim() ?? "") ?? [];
  if (year === undefined) return text && /^\d{4}-\d{2}-\d{2}T/.test(text) ? isoMs(text) : undefined;
  if (Number(year) < 1900) return undefined;
  const monthIndex = months.indexOf(month.toLowerCase());
  if (monthIndex < 0) return undefined;
  return Date.UTC(Number(year), monthIndex, Number(day), Number(hour), Number(minute), Number(second));
}

function isoMs(text: string): number | undefined {
  const ms = Date.parse(text);
  return Number.isNaN(ms) || text.startsWith("0001") ? undefined : ms;
}
