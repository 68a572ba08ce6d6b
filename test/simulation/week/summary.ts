import { outcomes } from "../../../lib/contracts/event.ts";
import { addTo } from "../fleet/tally.ts";
import type { Violation } from "../fleet/verdicts.ts";
import { type BillLine, totalOf } from "./bill.ts";
import { type WeekSize, wholeWeek } from "./calendar.ts";
import type { FaultFigures } from "./fates.ts";
import { type HostFigures, providerOfCalls, type Sample } from "./figures.ts";
import { type Quantiles, quantilesOf } from "./quantiles.ts";
import type { PlayedWeek } from "./worker-messages.ts";

/** The week on all its hosts together: what is printed, and what `--json` gives. */
export interface WeekSummary {
  readonly seed: number;
  readonly size: WeekSize;
  readonly fleet: Readonly<Record<string, number>>;
  readonly hosts: readonly HostSummary[];
  readonly operations: readonly KindSummary[];
  readonly providers: readonly ProviderSummary[];
  /** Ends other than success, the most frequent first. */
  readonly ends: readonly EndSummary[];
  readonly people: Readonly<Record<string, number>>;
  readonly deadLetters: Readonly<Record<string, number>>;
  readonly rejected: number;
  readonly faults: readonly FaultFigures[];
  readonly invariants: { readonly kinds: number; readonly looks: number; readonly broken: number };
}

export interface HostSummary {
  readonly platform: string;
  readonly asked: number;
  readonly operations: number;
  readonly succeeded: number;
  readonly ios: number;
  readonly invocations: number;
  readonly messages: number;
  readonly events: number;
  readonly crashes: number;
  readonly virtualHours: number;
  readonly digest: string;
  /** List prices by formula, without what an idle installation costs; empty on one machine. */
  readonly bill: readonly BillLine[];
  readonly dollars: number;
  readonly violations: readonly Violation[];
}

export interface KindSummary {
  readonly provider: string;
  readonly kind: string;
  readonly count: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly tookMs: Quantiles;
}

export interface ProviderSummary {
  readonly provider: string;
  /** Without those that are nothing but many others. */
  readonly operations: number;
  readonly calls: number;
  readonly polls: Quantiles;
  readonly lagMs: Quantiles;
  readonly gapMs: Quantiles;
}

export interface EndSummary {
  readonly outcome: string;
  readonly code: string;
  readonly count: number;
  /** Of one of them. */
  readonly reason: string;
}

export function summaryOf(seed: number, weeks: readonly PlayedWeek[], invariantKinds: number): WeekSummary {
  const figures = weeks.map((week) => week.figures);
  const samples = figures.flatMap((one) => one.samples);
  const sum = (of: (one: HostFigures) => number) => figures.reduce((total, one) => total + of(one), 0);
  return {
    seed,
    size: figures[0]?.size ?? wholeWeek,
    fleet: figures[0]?.fleet ?? {},
    hosts: weeks.map(hostOf),
    operations: kindsOf(samples),
    providers: providersOf(samples, together(figures.map(({ calls }) => calls))),
    ends: endsOf(samples),
    people: together(figures.map(({ people }) => people)),
    deadLetters: together(figures.map(({ deadLetters }) => deadLetters)),
    rejected: sum(({ events }) => events["drover.operation.rejected"] ?? 0),
    faults: faultsOf(figures.flatMap(({ faults }) => faults)),
    invariants: {
      kinds: invariantKinds,
      looks: sum(({ looks }) => looks),
      broken: weeks.reduce((total, { violations }) => total + violations.length, 0),
    },
  };
}

function hostOf({ platform, figures, violations, digest }: PlayedWeek): HostSummary {
  const { asked, samples, ios, invocations, messages, virtualHours, bill, events, faults } = figures;
  return {
    ...{ platform, asked, ios, invocations, messages, virtualHours, bill, violations, digest },
    operations: samples.length,
    succeeded: samples.filter(({ outcome }) => outcome === "succeeded").length,
    events: Object.values(events).reduce((sum, count) => sum + count, 0),
    crashes: faults.reduce((sum, { name, strikes }) => sum + (name.startsWith("host: crash") ? strikes : 0), 0),
    dollars: totalOf(bill),
  };
}

function kindsOf(samples: readonly Sample[]): readonly KindSummary[] {
  return [...Map.groupBy(samples, ({ provider, kind }) => `${provider}, ${kind}`)]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([, all]) => ({
      ...{ provider: all[0]?.provider ?? "", kind: all[0]?.kind ?? "", count: all.length },
      outcomes: Object.fromEntries(
        outcomes.map((outcome) => [outcome, all.filter((sample) => sample.outcome === outcome).length]),
      ),
      tookMs: quantilesOf(all.map(({ tookMs }) => tookMs)),
    }));
}

function providersOf(samples: readonly Sample[], calls: Readonly<Record<string, number>>): readonly ProviderSummary[] {
  const byProvider = Map.groupBy(
    samples.filter(({ kind }) => kind !== "fan-out"),
    ({ provider }) => provider,
  );
  return Object.entries(providerOfCalls).map(([cloud, provider]) => {
    const all = byProvider.get(provider) ?? [];
    const polled = all.filter(({ polls }) => polls > 0);
    return {
      ...{ provider, operations: all.length, calls: calls[cloud] ?? 0 },
      polls: quantilesOf(polled.map(({ polls }) => polls)),
      lagMs: quantilesOf(all.flatMap(({ lagMs }) => lagMs ?? [])),
      gapMs: quantilesOf(
        polled.filter(({ gapMs, lagMs }) => gapMs > 0 && lagMs !== undefined).map(({ gapMs }) => gapMs),
      ),
    };
  });
}

function endsOf(samples: readonly Sample[]): readonly EndSummary[] {
  const others = samples.filter(({ outcome }) => outcome !== "succeeded");
  return [...Map.groupBy(others, ({ outcome, code }) => `${outcome} ${code}`).values()]
    .map((all) => ({
      ...{ outcome: all[0]?.outcome ?? "", code: all[0]?.code ?? "", count: all.length },
      reason: all[0]?.reason ?? "",
    }))
    .toSorted((a, b) => b.count - a.count || a.code.localeCompare(b.code));
}

function faultsOf(all: readonly FaultFigures[]): readonly FaultFigures[] {
  return [...Map.groupBy(all, ({ name }) => name)]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([name, some]) => {
      const sum = (of: (one: FaultFigures) => number) => some.reduce((total, one) => total + of(one), 0);
      return {
        name,
        strikes: sum(({ strikes }) => strikes),
        operations: sum(({ operations }) => operations),
        succeeded: sum(({ succeeded }) => succeeded),
      };
    });
}

function together(all: readonly Readonly<Record<string, number>>[]): Readonly<Record<string, number>> {
  const sums = new Map<string, number>();
  for (const counts of all) for (const [name, count] of Object.entries(counts)) addTo(sums, name, count);
  return Object.fromEntries([...sums].toSorted(([a], [b]) => a.localeCompare(b)));
}
