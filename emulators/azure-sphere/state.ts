import { DEPLOY, stateAt } from "./operations.ts";
import { type Deployment, type Image, key, type Operation, type World } from "./world.ts";

export interface OperationView extends Readonly<Operation> {
  /** The integer that a read would show now. */
  readonly state: number;
}

/** What is true inside the emulator, for assertions. Every call first lets what is due happen. */
export interface StateView {
  /** Deployments of a group, in order of creation; the last one is current. */
  deployments(deviceGroupId: string): readonly Deployment[];
  currentDeployment(deviceGroupId: string): Deployment | null;
  images(tenantId: string): readonly Image[];
  /** In order of creation, forgotten ones too. */
  operations(): readonly OperationView[];
  operation(operationId: string): OperationView | null;
  /** How many POSTs really started a deployment, whatever their callers were told; for all groups or one. */
  acceptedCreates(deviceGroupId?: string): number;
  /** When something next lands or ends, or null: where a simulation may move its clock. */
  nextChangeMs(): number | null;
}

export function createStateView(world: World): StateView {
  const now = (): number => world.timeline.now();
  const view = (operation: Operation): OperationView => ({ ...operation, state: stateAt(operation, now()) });
  const deployments = (deviceGroupId: string): readonly Deployment[] => {
    now();
    return [...(world.groups.get(key(deviceGroupId))?.deployments ?? [])];
  };
  return {
    deployments,
    currentDeployment: (deviceGroupId) => deployments(deviceGroupId).at(-1) ?? null,
    images: (tenantId) => {
      now();
      return [...world.images.values()].filter((image) => key(image.tenantId) === key(tenantId));
    },
    operations: () => {
      now();
      return [...world.operations.values()].map(view);
    },
    operation: (operationId) => {
      now();
      const operation = world.operations.get(key(operationId));
      return operation === undefined ? null : view(operation);
    },
    acceptedCreates: (deviceGroupId) => {
      now();
      const creates = [...world.operations.values()].filter(({ type }) => type === DEPLOY);
      if (deviceGroupId === undefined) return creates.length;
      return creates.filter((operation) => key(operation.deviceGroupId ?? "") === key(deviceGroupId)).length;
    },
    nextChangeMs: () => {
      now();
      return world.timeline.nextMs();
    },
  };
}
