/** Seconds, minutes, hours, days, months and days of the week (0 is Sunday), each with its bounds. */
const FIELDS = [
  ["second", 0, 59],
  ["minute", 0, 59],
  ["hour", 0, 23],
  ["day", 1, 31],
  ["month", 1, 12],
  ["weekday", 0, 6],
] as const;
const DAY_MS = 86_400_000;
/** A leap day on a given weekday comes within 40 years. */
const MOST_DAYS = 41 * 366;

export interface Schedule {
  /** The first after that time, in UTC: where nothing else is set, the clock of the host. */
  next(afterMs: number): number;
}

/**
 * Six fields, of numbers, `*`, ranges, steps and lists. Names of months and days, five fields and spans of time, which the host
 * takes too, are refused here.
 * @see https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#ncrontab-expressions
 */
export function scheduleOf(expression: string): Schedule {
  const parts = expression.trim().split(/\s+/);
  if (parts.length !== FIELDS.length) throw new Error(`Expected six fields in a schedule, got ${expression}`);
  const [seconds, minutes, hours, days, months, weekdays] = FIELDS.map(([name, min, max], at) =>
    valuesOf(parts[at] ?? "", name, min, max),
  ) as [number[], number[], number[], number[], number[], number[]];
  const isDay = (at: Date) =>
    days.includes(at.getUTCDate()) && months.includes(at.getUTCMonth() + 1) && weekdays.includes(at.getUTCDay());
  const times = function* () {
    for (const hour of hours) for (const minute of minutes) for (const second of seconds) yield [hour, minute, second];
  }.bind(null);

  function next(afterMs: number): number {
    const today = Math.floor(afterMs / DAY_MS) * DAY_MS;
    for (let day = today; day < today + MOST_DAYS * DAY_MS; day += DAY_MS) {
      if (!isDay(new Date(day))) continue;
      for (const [hour = 0, minute = 0, second = 0] of times()) {
        const at = day + ((hour * 60 + minute) * 60 + second) * 1_000;
        if (at > afterMs) return at;
      }
    }
    throw new Error(`Expected a schedule that comes to pass, got ${expression}`);
  }
  return { next };
}

function valuesOf(text: string, name: string, min: number, max: number): number[] {
  const values = new Set<number>();
  for (const item of text.split(",")) {
    const [, from, to, step] = /^(?:\*|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(item) ?? [undefined, "none"];
    const first = from === undefined ? min : Number(from);
    const last = to === undefined && from !== undefined && step === undefined ? first : Number(to ?? max);
    if (!(first >= min && last <= max && first <= last && step !== "0"))
      throw new Error(`Expected ${name}s of ${min} to ${max}, got ${item}`);
    for (let value = first; value <= last; value += Number(step ?? 1)) values.add(value);
  }
  return [...values].sort((a, b) => a - b);
}
