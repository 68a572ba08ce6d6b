import { rowsOf } from "./rows.ts";
import type { Config, Deployment, RefusedSignal, Run, Skip, World } from "./world.ts";

export interface ObjectView {
  readonly projectId: string;
  readonly container: string;
  readonly name: string;
  readonly text: string;
  readonly modifiedAtMs: number;
}

/** What is true inside the emulator, for assertions. Every call first lets what is due happen. */
export interface StateView {
  /** Rows that are not deleted, by time of creation; of all servers or one. */
  deployments(serverId?: string): readonly Readonly<Deployment>[];
  /** Every row that ever landed, deleted ones too, in order of landing; of all servers or one. */
  everCreated(serverId?: string): readonly Readonly<Deployment>[];
  configs(): readonly Config[];
  /** Every script run of an agent, in order of beginning. */
  runs(): readonly Readonly<Run>[];
  /** Configs that agents saw and did not run. */
  skips(): readonly Skip[];
  /** What the object store holds. */
  objects(): readonly ObjectView[];
  /** Signals that the object store refused, for a bad signature or a time that has passed. */
  refusedSignals(): readonly RefusedSignal[];
  /** When something next lands, runs or ends, or null: where a simulation may move its clock. */
  nextChangeMs(): number | null;
}

export function createStateView(world: World): StateView {
  const settled = <T>(view: () => T): T => {
    world.timeline.now();
    return view();
  };
  return {
    deployments: (serverId) => settled(() => rowsOf(world, serverId ?? null).map((row) => ({ ...row }))),
    everCreated: (serverId) =>
      settled(() =>
        [...world.deployments.values()]
          .filter((row) => serverId === undefined || row.serverId === serverId)
          .map((row) => ({ ...row })),
      ),
    configs: () => settled(() => [...world.configs.values()]),
    runs: () => settled(() => world.runs.map((run) => ({ ...run }))),
    skips: () => settled(() => [...world.skips]),
    objects: () => settled(() => objects(world)),
    refusedSignals: () => settled(() => [...world.refusedSignals]),
    nextChangeMs: () => settled(() => world.timeline.nextMs()),
  };
}

function objects(world: World): readonly ObjectView[] {
  return [...world.containers.values()].flatMap(({ projectId, name: container, objects }) =>
    [...objects].map(([name, { bytes, modifiedAtMs }]) => {
      return { projectId, container, name, text: new TextDecoder().decode(bytes), modifiedAtMs };
    }),
  );
}
