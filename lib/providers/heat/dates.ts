/**
 * Milliseconds of a timestamp of OpenStack: with `Z`, with an offset, or with neither, which is UTC; with or without a fraction.
 * @see https://docs.openstack.org/api-ref/orchestration/v1/#show-deployment-details
 */
export function dateMsOf(value: unknown): number | undefined {
  if (typeof value !== "string") return undefined;
  const [, moment, fraction = "", zone = "Z"] =
    /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:[.,](\d{1,9}))?(Z|[+-]\d{2}:?\d{2})?$/i.exec(value.trim()) ?? [];
  if (moment === undefined) return undefined;
  const offset = /^[+-]\d{4}$/.test(zone) ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone;
  const ms = Date.parse(`${moment}${offset.toUpperCase()}`);
  return Number.isNaN(ms) ? undefined : ms + Math.floor(Number(`0.${fraction || "0"}`) * 1000);
}

/** As one form for results; undefined when it cannot be read. */
export function isoOf(value: unknown): string | undefined {
  const ms = dateMsOf(value);
  return ms === undefined ? undefined : new Date(ms).toISOString();
}
