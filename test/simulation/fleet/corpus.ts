import corpus from "../corpus.json" with { type: "json" };
import type { PlatformName } from "./host-profile.ts";
import type { Violation } from "./verdicts.ts";

export interface PastFailure {
  readonly seed: number;
  readonly platform?: PlatformName;
  /** `open`: not mended yet, and expected to be seen again. */
  readonly status: "mended" | "open";
  readonly why: string;
}

/** A defect that is known and not mended: worlds that meet it are counted, and fail nothing. */
export interface OpenDefect {
  readonly name: string;
  readonly invariant: string;
  /** A regular expression over the violation's details. */
  readonly details: string;
  readonly why: string;
}

export const pastFailures = corpus.seeds as readonly PastFailure[];
export const openDefects = corpus.open as readonly OpenDefect[];

/** The known defect that all of these show; undefined when one of them is news. */
export function knownDefectOf(violations: readonly Violation[]): OpenDefect | undefined {
  const found = violations.map(({ invariant, detail }) =>
    openDefects.find((open) => open.invariant === invariant && new RegExp(open.details).test(detail)),
  );
  return found.every((one) => one !== undefined) ? found[0] : undefined;
}
