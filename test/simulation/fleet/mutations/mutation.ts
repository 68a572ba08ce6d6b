import type { Directed } from "../boundaries.ts";

/** In one source file, a text that stands there exactly once is replaced. */
export interface Edit {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** A deliberate bug. */
export interface Mutation extends Edit {
  readonly name: string;
  /** What else has to be broken, where one line of defence stands behind another. */
  readonly also?: readonly Edit[];
  /** What is known to catch it, seeds or scenarios: tried first, which spares others. */
  readonly first?: readonly (number | Directed)[];
}

export const editsOf = ({ file, find, replace, also = [] }: Mutation): readonly Edit[] => [
  { file, find, replace },
  ...also,
];

const environmentName = "DROVER_SIMULATED_MUTATION";

/** Name of the mutation that this process was started with. */
export const chosenMutation = (): string | undefined => process.env[environmentName];
export const withMutation = (name: string): Readonly<Record<string, string>> => ({ [environmentName]: name });

/** @throws Error when the text does not stand there exactly once: the list must not rot */
export function edited({ file, find, replace }: Edit, source: string): string {
  const count = source.split(find).length - 1;
  if (count === 1) return source.replace(find, () => replace);
  throw new Error(
    `Expected the text of a mutation exactly once in ${file}, got it ${count} times: ${find.slice(0, 80)}`,
  );
}
