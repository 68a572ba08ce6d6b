import { parseArgs } from "node:util";
import { type PlatformName, platforms } from "./host-profile.ts";
import { type Chain, chains } from "./requests.ts";

export const usage = `Simulates fleets on virtual time, with faults, and checks what must always be so.

  npm run simulate -- --seeds 1000      that many worlds, and a crash at every I/O boundary
  npm run simulate -- --seed 118        one world again, with what it did last
  npm run simulate -- --mutations       deliberate bugs, each of which has to be caught
  npm run simulate -- --ci              corpus, boundaries, fresh seeds and mutations within a few minutes

  --from N             the first seed; default 1
  --platform NAME      ${platforms.join(", ")}; default: all
  --chain NAME         ${chains.join(", ")}; default: all
  --mutation NAME      only this one
  --without-boundaries only the worlds of the seeds
  --jobs N             worlds at the same time; default: one for each core, at most four
  --lines N            of the trace that are shown with --seed; default 60
  --json               figures as JSON
`;

export interface Options {
  readonly seeds: number;
  readonly seed?: number;
  readonly from: number;
  readonly platform?: PlatformName;
  readonly chain?: Chain;
  readonly mutations: boolean;
  readonly mutation?: string;
  readonly boundaries: boolean;
  readonly ci: boolean;
  readonly jobs?: number;
  readonly lines: number;
  readonly json: boolean;
  readonly help: boolean;
}

const text = { type: "string" } as const;
const flag = { type: "boolean", default: false } as const;

/** @throws Error with one sentence when something is wrong */
export function optionsOf(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ seeds: text, seed: text, from: text, platform: text, chain: text, mutation: text, jobs: text, lines: text },
      ...{ scenario: text, mutations: flag, "without-boundaries": flag, ci: flag, json: flag, help: flag },
    },
  });
  if (values.scenario !== undefined)
    throw new Error(`Expected no --scenario: none is known by the name ${values.scenario}`);
  return {
    seeds: numberOf("seeds", values.seeds) ?? 100,
    from: numberOf("from", values.from) ?? 1,
    lines: numberOf("lines", values.lines) ?? 60,
    ...given("seed", numberOf("seed", values.seed)),
    ...given("jobs", numberOf("jobs", values.jobs)),
    ...given("platform", oneOf("platform", platforms, values.platform)),
    ...given("chain", oneOf("chain", chains, values.chain)),
    ...given("mutation", values.mutation),
    mutations: values.mutations || values.mutation !== undefined,
    boundaries: !values["without-boundaries"],
    ...{ ci: values.ci, json: values.json, help: values.help },
  };
}

const given = <Name extends string, Value>(name: Name, value: Value | undefined) =>
  (value === undefined ? {} : { [name]: value }) as { readonly [N in Name]?: Value };

function numberOf(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new Error(`Expected a whole number for --${name}, got ${value}`);
}

function oneOf<Name extends string>(name: string, known: readonly Name[], value: string | undefined): Name | undefined {
  if (value === undefined) return undefined;
  const found = known.find((one) => one === value);
  if (found) return found;
  throw new Error(`Expected --${name} to be one of ${known.join(", ")}, got ${value}`);
}
