import type { RotationState } from "./state.ts";
import type { Work } from "./work.ts";

export interface Lasting {
  /** When consumers could read the key everywhere (ms since 1970). */
  readonly since: number;
  /** Until when the key before stays; 0 when nothing is left to promise. */
  readonly until: number;
}

/** Writes down what consumers can rely on, whatever becomes of this operation. Targets of rotations before stay known. */
export async function keepPromise(
  { operation, asked, rotation }: Work,
  state: RotationState,
  { since, until }: Lasting,
): Promise<void> {
  const resource = rotation.claimOf(operation.request);
  const known = (await rotation.promises.read(resource))?.published ?? {};
  const kept = Object.entries(known).filter(([name]) => !asked.drop.includes(name));
  const isOver = until === 0;
  const there =
    state.graceSinceThere === undefined || isOver ? {} : { untilThere: state.graceSinceThere + until - since };
  await rotation.promises.keep(resource, {
    operation: operation.id,
    number: state.number,
    since,
    until,
    ...there,
    acknowledge: isOver ? [] : silentAmong(asked.acknowledge, operation.acknowledgements, since),
    published: { ...Object.fromEntries(kept), ...publishedKeys(state) },
  });
}

/** A word from before the key was published is about another one. */
export function silentAmong(
  consumers: readonly string[],
  acknowledgements: Readonly<Record<string, number>> = {},
  since: number,
): readonly string[] {
  const said = new Map(Object.entries(acknowledgements));
  return consumers.filter((consumer) => (said.get(consumer) ?? 0) < since);
}

/** Fingerprint of what each target shows. */
function publishedKeys({ first, applied, published, before }: RotationState): Readonly<Record<string, string>> {
  const fingerprint = applied[first] ?? before.fingerprints[first];
  return Object.fromEntries(Object.keys(published).map((name) => [name, fingerprint]));
}
