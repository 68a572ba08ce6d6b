import { parseArgs } from "node:util";
import { disasters } from "./disasters.ts";
import { type ChaosResult, runChaos } from "./run.ts";
import { quantile, table } from "./table.ts";

/**
 * `npm run chaos -- [--operations 5000] [--seed N] [--quick] [--only NAME] [--own-disk] [--json]`
 *
 * `--only` takes part of a disaster's name. The data folder stands on a disk of its own, which is really filled: a tmpfs that nobody
 * else sees, for root or where the system gives users namespaces. Without one, or with `--own-disk`, files are limited in its place.
 */

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

const { values } = parseArgs({
  options: {
    operations: { type: "string" },
    seed: { type: "string" },
    quick: { type: "boolean", default: false },
    only: { type: "string" },
    "own-disk": { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
const { quick, only, "own-disk": ownDisk } = values;
const operations = Number(values.operations ?? (quick ? 120 : 5_000));
const seed = Number(values.seed ?? Math.trunc(Math.random() * 1e9));
const shownProblems = 40;

function report(result: ChaosResult): string[] {
  const { struck, outcomes } = result;
  const round = (ms: number) => Math.round(ms);
  const recovered = disasters.flatMap((disaster) => {
    const times = struck.filter((one) => one.disaster === disaster).map(({ recoveryMs }) => recoveryMs);
    if (times.length === 0) return [];
    return [[disaster, times.length, ...[0.5, 0.99, 1].map((share) => round(quantile(times, share)))]];
  });
  const ended = [...outcomes].toSorted().flatMap(([kind, counts]) => [...counts].map((count) => [kind, ...count]));
  return [
    "",
    ...table(["DISASTER", "TIMES", "BACK AFTER ms p50", "p99", "MAX"], recovered),
    "",
    ...table(["ASKED FOR", "OUTCOME", "OPERATIONS"], ended),
    "",
    `${result.requests} requests, ${result.repeats} sent once more, ${result.unanswered} calls got no answer; the reader of events came back ${result.reconnects} times`,
    `${result.resolved} operations ended unknown on a clock hours ahead, and were resolved`,
    `${result.handedOver.fetched} credentials were handed over, ${result.handedOver.lost} got lost on the way; published keys: ${result.consumers.served} uses, ${result.consumers.refused} refused`,
    "",
  ];
}

function problemsOf({ lost, doubled, wrongOutcomes, brokenInvariants, wrong }: ChaosResult): string[] {
  const named = Object.entries({ lost, doubled, "wrong outcome": wrongOutcomes, invariant: brokenInvariants, wrong });
  return named.flatMap(([name, lines]) => lines.map((line) => `${name}: ${line}`));
}

const startedMs = performance.now();
const say = (line: string): void => {
  if (!values.json) console.log(`${((performance.now() - startedMs) / 1000).toFixed(1).padStart(6)} s  ${line}`);
};
say(`${operations} operations, seed ${seed}`);
const options = [quick && "--quick", only && `--only "${only}"`, ownDisk && "--own-disk"].filter(Boolean);
const again = ["again: npm run chaos --", `--operations ${operations} --seed ${seed}`, ...options].join(" ");
const result = await runChaos({ operations, seed, quick, only, ownDisk, say }).catch((error: unknown) => {
  console.error(again);
  throw error;
});
const problems = problemsOf(result);
const counts = {
  operations: result.operations,
  lost: result.lost.length,
  doubled: result.doubled.length,
  wrongOutcomes: result.wrongOutcomes.length,
  brokenInvariants: result.brokenInvariants.length,
  other: result.wrong.length,
};
if (values.json) {
  const outcomes = Object.fromEntries([...result.outcomes].map(([kind, some]) => [kind, Object.fromEntries(some)]));
  console.log(JSON.stringify({ seed, ...counts, outcomes, struck: result.struck, problems, tookMs: result.tookMs }));
} else {
  for (const line of [...report(result), ...problems.slice(0, shownProblems)]) console.log(line);
  console.log(
    `${counts.operations} operations, ${result.struck.length} disasters: ${counts.lost} lost, ${counts.doubled} doubled, ${counts.wrongOutcomes} wrong outcomes, ${counts.brokenInvariants} broken invariants, ${counts.other} other problems, in ${Math.round(result.tookMs / 1000)} s`,
  );
  if (problems.length > 0) {
    console.log(`its folder: ${result.kept}`);
    console.log(again);
  }
}
process.exitCode = problems.length === 0 ? 0 : 1;
