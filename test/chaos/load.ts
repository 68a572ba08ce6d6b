import { parseArgs } from "node:util";
import { soak } from "./soak.ts";
import { measureWaiting, type WaitingResult } from "./waiting.ts";

/** `npm run load -- [--waiting 100000] [--soak-minutes 10] [--quick]` */

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

const { values } = parseArgs({
  options: {
    waiting: { type: "string" },
    "soak-minutes": { type: "string" },
    quick: { type: "boolean", default: false },
  },
});
const quick = values.quick;
const waiting = Number(values.waiting ?? (quick ? 2_000 : 100_000));
const minutes = Number(values["soak-minutes"] ?? (quick ? 0.15 : 10));

function show(what: string, { lines, problems }: WaitingResult): boolean {
  for (const line of ["", what, "", ...lines, ...problems.map((problem) => `PROBLEM: ${problem}`)]) console.log(line);
  return problems.length === 0;
}

const shown = [
  waiting > 0 && show(`${waiting} operations waiting in polls`, await measureWaiting(waiting, quick)),
  minutes > 0 && show(`a soak of ${minutes} minutes`, await soak(minutes, quick)),
];
const isWell = (waiting <= 0 || shown[0]) && (minutes <= 0 || shown[1]);
console.log(`\n${isWell ? "bounded: nothing grows" : "not bounded"}`);
process.exitCode = isWell ? 0 : 1;
