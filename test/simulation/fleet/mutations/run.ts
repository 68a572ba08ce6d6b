import { execFile } from "node:child_process";
import { availableParallelism } from "node:os";
import { promisify } from "node:util";
import type { Options } from "../options.ts";
import { progressOf } from "../progress.ts";
import { commandOfMutation, table } from "../report.ts";
import type { Caught } from "./child.ts";
import { mutationOf, mutations } from "./list.ts";
import { type Mutation, withMutation } from "./mutation.ts";

const run = promisify(execFile);
const longestMs = 150_000;

export interface Looked extends Caught {
  readonly mutation: Mutation;
  readonly seconds: number;
}

/** Each mutation in a process of its own, whose modules are changed as they are loaded. */
async function lookAt(mutation: Mutation): Promise<Looked> {
  const startedAt = performance.now();
  const path = (name: string) => new URL(name, import.meta.url).pathname;
  const args = ["--import", path("./hook.ts"), path("./child.ts")];
  const seconds = () => Math.round((performance.now() - startedAt) / 1000);
  try {
    const env = { ...process.env, ...withMutation(mutation.name) };
    const { stdout } = await run(process.execPath, args, { env, timeout: longestMs, maxBuffer: 1e8 });
    return { ...(JSON.parse(stdout.trim().split("\n").at(-1) ?? "{}") as Caught), mutation, seconds: seconds() };
  } catch (error) {
    const { stderr = "" } = error as { readonly stderr?: string };
    const detail = stderr.split("\n").find((line) => /Error/.test(line)) ?? String(error).slice(0, 200);
    return { worlds: 0, detail, mutation, seconds: seconds() };
  }
}

/** What a wrong name or a crash of the simulator finds is found by nobody. */
const isCaught = ({ by }: Looked) => by !== undefined && by !== "no-defect";

export async function lookAtAll(
  wanted: readonly Mutation[],
  jobs: number = availableParallelism(),
  ended: (looked: Looked) => void = () => undefined,
): Promise<readonly Looked[]> {
  const left = [...wanted];
  const looked: Looked[] = [];
  const progress = progressOf(process.stderr);
  const work = async () => {
    for (let mutation = left.shift(); mutation; mutation = left.shift()) {
      progress.say(`${looked.length} of ${wanted.length} mutations, now ${mutation.name}`);
      const one = await lookAt(mutation);
      looked.push(one);
      ended(one);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  progress.end();
  return wanted.flatMap((mutation) => looked.find((one) => one.mutation === mutation) ?? []);
}

export function mutationTable(looked: readonly Looked[]): string {
  const rows = looked.map((one) => [
    one.mutation.name,
    isCaught(one) ? (one.by ?? "") : "NOT CAUGHT",
    String(one.worlds),
    `${one.seconds} s`,
    one.in ?? (one.detail ?? "").slice(0, 120),
  ]);
  const missed = looked.filter((one) => !isCaught(one)).map(({ mutation }) => mutation.name);
  const again = missed.map((name) => `FAILED: nothing caught "${name}"\n  again: ${commandOfMutation(name)}`);
  return [table(["mutation", "caught by", "after worlds", "time", "in"], rows), ...again].join("\n");
}

export const allCaught = (looked: readonly Looked[]): boolean => looked.every(isCaught);

export async function runMutations({ mutation, jobs, json }: Options): Promise<boolean> {
  const wanted = mutation === undefined ? mutations : [mutationOf(mutation)];
  // Each as it is found: the whole table takes minutes.
  const say = (one: Looked) =>
    console.error(JSON.stringify([one.mutation.name, one.by, one.worlds, one.in, one.detail]));
  const looked = await lookAtAll(wanted, jobs, process.stderr.isTTY ? undefined : say);
  const caught = looked.filter(isCaught).length;
  if (json) console.log(JSON.stringify(looked.map(({ mutation: { name }, ...rest }) => ({ name, ...rest }))));
  else
    console.log(
      `${mutationTable(looked)}\n${caught === looked.length ? "ok" : "FAILED"}; ${caught} of ${looked.length} mutations caught`,
    );
  return allCaught(looked);
}
