import type { Configuration, ConnectionConfiguration } from "../contracts/configuration.ts";
import { type Finding, warning } from "./finding.ts";

/** An API that its vendor takes away. */
export interface Retirement {
  /** Which connections are concerned. */
  readonly kind: ConnectionConfiguration["kind"];
  readonly api: string;
  /** For people: `Azure Sphere legacy API`. */
  readonly name: string;
  /** Last day, `YYYY-MM-DD`, UTC. */
  readonly retiresOn: string;
  /** What to do instead, as a short imperative. */
  readonly remedy?: string;
  /** The vendor's announcement. */
  readonly see?: string;
}

const dayMs = 86_400_000;

/** A warning for each connection that uses a retiring API, from today to long after. */
export function retirementFindings(
  { connections }: Configuration,
  retirements: readonly Retirement[],
  nowMs: number,
): Finding[] {
  return Object.entries(connections).flatMap(([name, connection]) =>
    retirements
      .filter(({ kind, api }) => connection.kind === kind && "api" in connection && connection.api === api)
      .map((retirement) => warning(`connections.${name}.api`, sentenceOf(retirement, nowMs))),
  );
}

function sentenceOf({ name, retiresOn, remedy, see }: Retirement, nowMs: number): string {
  const daysLeft = Date.parse(retiresOn) / dayMs - Math.floor(nowMs / dayMs);
  const advice = `${remedy ? `: ${remedy}` : ""}${see ? ` (${see})` : ""}`;
  if (daysLeft > 0) return `the ${name} retires on ${retiresOn}, ${days(daysLeft)} from now${advice}`;
  if (daysLeft === 0) return `the ${name} retires today, ${retiresOn}${advice}`;
  return `error: the ${name} was retired on ${retiresOn}, ${days(-daysLeft)} ago, and its calls are expected to fail${advice}`;
}

function days(count: number): string {
  return count === 1 ? "1 day" : `${count} days`;
}
