const pattern = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** A W3C `traceparent` of version 00, or undefined: a broken trace header never fails a request. */
export function traceparentOf(value: unknown): string | undefined {
  return typeof value === "string" && pattern.test(value) ? value : undefined;
}

/** The same trace with a new span id, so that every hop is a child of the one before. @param spanId 16 hex digits */
export function childTraceparent(parent: string, spanId: string): string {
  return `${parent.slice(0, 36)}${spanId}${parent.slice(52)}`;
}
