import { PermanentError } from "../../lib/contracts/errors.ts";
import type { KeyRotation, PolicyKeys } from "../../lib/contracts/key-rotation.ts";
import type { DeploymentProvider } from "../../lib/contracts/provider.ts";
import { next, type Progress, type StepContext, type StepResult } from "../../lib/operations/step.ts";
import { type RotationRequest, rotationRequestOf } from "./request.ts";
import { resultOf, whatStands } from "./standing.ts";
import { handleOf, type Phase, type RotationState, rotationOf } from "./state.ts";

export const name = "rotate-dps-keys";

/** What every phase works with: one look and one change go through one `keys`. */
export interface Work extends Pick<StepContext<DeploymentProvider>, "operation" | "once" | "call" | "provider"> {
  readonly rotation: KeyRotation;
  readonly keys: PolicyKeys;
  readonly asked: RotationRequest;
}

export function workOf(context: StepContext<DeploymentProvider>): Work & { readonly state: RotationState | undefined } {
  const { operation, provider, once, call } = context;
  const rotation = provider.keyRotation;
  if (!rotation) throw new PermanentError(`Expected a provider whose keys can be rotated, got ${provider.kind}`);
  const keys = rotation.policyKeys(operation.request);
  const asked = rotationRequestOf(operation.request);
  return { operation, provider, once, call, rotation, keys, asked, state: rotationOf(operation) };
}

/** Goes on with another phase, by a message of its own. */
export function toPhase(
  { operation, asked }: Pick<Work, "operation" | "asked">,
  state: RotationState,
  phase: Phase,
  progress: Progress = {},
): StepResult {
  const standing = { reason: whatStands(state, asked), result: resultOf(operation, state) };
  return next(name, { standing, ...progress, handle: handleOf({ ...state, phase }), status: phase });
}
