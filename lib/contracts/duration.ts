import { InvalidInputError } from "./errors.ts";

/** What a duration looks like; `isDuration` also wants at least one part. */
export const durationPattern = /^P(?:(\d{1,5})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,8}(?:\.\d{1,3})?)S)?)?$/;

/** Whether the text is an ISO 8601 duration of days, hours, minutes and seconds. Months and years have no fixed length and are refused. */
export function isDuration(text: string): boolean {
  return durationPattern.test(text) && /\d/.test(text) && !text.endsWith("T");
}

/**
 * Milliseconds of an ISO 8601 duration such as `PT30M` or `P90D`.
 * @throws InvalidInputError
 */
export function durationMs(text: string): number {
  const match = isDuration(text) ? durationPattern.exec(text) : null;
  if (!match) throw new InvalidInputError(`Expected a duration such as PT30M or P90D, got ${JSON.stringify(text)}`);
  const [, days = "0", hours = "0", minutes = "0", seconds = "0"] = match;
  return Math.round(
    Number(days) * 86_400_000 + Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(seconds) * 1000,
  );
}

/** A duration in the largest fitting unit, for people: `45 s`, `12 min`, `3 h`, `2 d`. */
export function describeDuration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  const steps = [
    { unit: "s", ms: 1000, below: 120_000 },
    { unit: "min", ms: 60_000, below: 7_200_000 },
    { unit: "h", ms: 3_600_000, below: 172_800_000 },
    { unit: "d", ms: 86_400_000, below: Number.POSITIVE_INFINITY },
  ];
  const step = steps.find((candidate) => ms < candidate.below);
  return step ? `${Math.round(ms / step.ms)} ${step.unit}` : `${ms} ms`;
}
