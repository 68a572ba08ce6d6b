import type { PlatformName } from "../fleet/host-profile.ts";
import type { Violation } from "../fleet/verdicts.ts";
import type { WeekSize } from "./calendar.ts";
import type { HostFigures } from "./figures.ts";

/** A week that a thread is to play. */
export interface WantedWeek {
  readonly seed: number;
  readonly platform: PlatformName;
  readonly size: WeekSize;
}

/** What a week on one host came to: text and numbers alone, so that threads can hand it on. */
export interface PlayedWeek {
  readonly platform: PlatformName;
  readonly figures: HostFigures;
  readonly violations: readonly Violation[];
  readonly digest: string;
  /** What it did last, where something is wrong. */
  readonly newest: readonly string[];
}
