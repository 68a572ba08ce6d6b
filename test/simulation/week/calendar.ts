import type { SeededRandomness } from "../virtual-clock.ts";

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

/** How much of a week is played, and how large the fleet is. */
export interface WeekSize {
  readonly devices: number;
  /** From Monday on. */
  readonly days: number;
}

export const wholeWeek: WeekSize = { devices: 10_000, days: 7 };

const firstHour = 7;
const lastHour = 17;

/** When people and their machines do what they do, in virtual time (ms since Monday, 00:00 UTC). */
export class Calendar {
  readonly #random: SeededRandomness;
  readonly #size: WeekSize;

  constructor(random: SeededRandomness, size: WeekSize) {
    this.#random = random;
    this.#size = size;
  }

  /** Monday is 0. */
  get days(): readonly number[] {
    return Array.from({ length: this.#size.days }, (_, day) => day);
  }

  isWorkday(day: number): boolean {
    return day % 7 < 5;
  }

  /** So many of a fleet of 10,000, as many as that is here, at least one. */
  scaled(count: number): number {
    return Math.max(1, Math.round((count * this.#size.devices) / wholeWeek.devices));
  }

  /** That hour of that day; of a day that a shorter week does not have, of its last one. */
  at(day: number, hour: number): number {
    return Math.min(day, this.#size.days - 1) * dayMs + Math.round(hour * hourMs);
  }

  /** Some time in working hours. */
  inWorkingHours(day: number): number {
    return this.at(day, firstHour) + this.below((lastHour - firstHour) * hourMs);
  }

  anyTime(day: number): number {
    return this.at(day, 0) + this.below(dayMs - minuteMs);
  }

  below(bound: number): number {
    return this.#random.below(bound);
  }

  chance(share: number): boolean {
    return this.#random.fraction() < share;
  }

  pick<Value>(from: readonly Value[]): Value {
    const picked = from[this.below(from.length)];
    if (picked === undefined) throw new Error("Expected something to choose from");
    return picked;
  }
}
