import { parseArgs } from "node:util";
import { type IoFault, ioFaults } from "./faults.ts";
import { type PlatformName, platforms } from "./host-profile.ts";
import { type InterleavingName, interleavingNames } from "./interleavings.ts";
import { type Chain, chains } from "./requests.ts";
import { scenarios } from "./scenarios.ts";

export const usage = `Simulates fleets on virtual time, with faults, and checks what must always be so.

  npm run simulate -- --seeds 1000      that many worlds, and a crash at every I/O boundary
  npm run simulate -- --seed 118        one world again, with what it did last
  npm run simulate -- --scenario week   a week of 10,000 devices and servers on each host, and what it came to
  npm run simulate -- --mutations       deliberate bugs, each of which has to be caught
  npm run simulate -- --ci              corpus, boundaries, fresh seeds and mutations within a few minutes

  --from N             the first seed; default 1
  --devices N, --days N  of the week; default 10000 and 7
  --platform NAME      ${platforms.join(", ")}; default: all
  --chain NAME         ${chains.join(", ")}; default: all
  --scenario NAME      only this one; with --io N and --fault NAME, with that fault at its Nth I/O
  --interleaving NAME  only this one
  --mutation NAME      only this one
  --without-boundaries only the worlds of the seeds
  --jobs N             worlds at the same time; default: one for each core, at most four
  --lines N            of the trace that are shown with --seed; default 60
  --json               figures as JSON
`;

export interface Options {
  readonly seeds: number;
  readonly seed?: number;
  /** Of the week: how large the fleet is, and how long it is played. */
  readonly devices?: number;
  readonly days?: number;
  readonly from: number;
  readonly platform?: PlatformName;
  readonly chain?: Chain;
  readonly mutations: boolean;
  readonly mutation?: string;
  readonly scenario?: string;
  readonly interleaving?: InterleavingName;
  /** Number of the I/O of that scenario that the fault strikes. */
  readonly io?: number;
  readonly fault?: IoFault;
  readonly boundaries: boolean;
  readonly ci: boolean;
  readonly jobs?: number;
  readonly lines: number;
  readonly json: boolean;
  readonly help: boolean;
}

/** The scenario that is a whole week of a large fleet, on all hosts. */
export const weekName = "week";
const scenarioNames = [weekName, ...scenarios.map(({ name }) => name)];

const text = { type: "string" } as const;
const flag = { type: "boolean", default: false } as const;

/** @throws Error with one sentence when something is wrong */
export function optionsOf(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{
        seeds: text,
        seed: text,
        devices: text,
        days: text,
        from: text,
        platform: text,
        chain: text,
        mutation: text,
        jobs: text,
        lines: text,
      },
      ...{
        scenario: text,
        interleaving: text,
        io: text,
        fault: text,
        mutations: flag,
        "without-boundaries": flag,
        ci: flag,
        json: flag,
        help: flag,
      },
    },
  });
  return {
    seeds: numberOf("seeds", values.seeds) ?? 100,
    from: numberOf("from", values.from) ?? 1,
    lines: numberOf("lines", values.lines) ?? 60,
    ...given("seed", numberOf("seed", values.seed)),
    ...given("jobs", numberOf("jobs", values.jobs)),
    ...given("devices", someOf("devices", values.devices)),
    ...given("days", someOf("days", values.days)),
    ...given("platform", oneOf("platform", platforms, values.platform)),
    ...given("chain", oneOf("chain", chains, values.chain)),
    ...given("mutation", values.mutation),
    ...given("scenario", oneOf("scenario", scenarioNames, values.scenario)),
    ...given("interleaving", oneOf("interleaving", interleavingNames, values.interleaving)),
    ...given("io", numberOf("io", values.io)),
    ...given("fault", oneOf("fault", ioFaults, values.fault)),
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

function someOf(name: string, value: string | undefined): number | undefined {
  const number = numberOf(name, value);
  if (number === 0) throw new Error(`Expected at least one for --${name}, got ${value}`);
  return number;
}

function oneOf<Name extends string>(name: string, known: readonly Name[], value: string | undefined): Name | undefined {
  if (value === undefined) return undefined;
  const found = known.find((one) => one === value);
  if (found) return found;
  throw new Error(`Expected --${name} to be one of ${known.join(", ")}, got ${value}`);
}
