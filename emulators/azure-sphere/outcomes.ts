import { Scripts } from "../scripts.ts";
import type { OutcomeScript } from "./scenario.ts";

/** An operation about to be created, for a predicate to judge. */
export interface NewOperation {
  readonly tenantId: string;
  readonly operationType: 5 | 7;
  readonly deviceGroupId: string | null;
  readonly imageIds: readonly string[];
}

export interface ScriptedOutcome extends OutcomeScript {
  readonly where?: (operation: NewOperation) => boolean;
}

/** Scripted ends of operations. */
export class Outcomes extends Scripts<ScriptedOutcome, NewOperation> {
  constructor() {
    super(matches);
  }
}

function matches(script: ScriptedOutcome, operation: NewOperation): boolean {
  const { deviceGroupId, imageId } = script;
  return (
    (script.operationType ?? 5) === operation.operationType &&
    (deviceGroupId === undefined || same(deviceGroupId, operation.deviceGroupId)) &&
    (imageId === undefined || operation.imageIds.some((id) => same(imageId, id))) &&
    (script.where === undefined || script.where(operation))
  );
}

function same(a: string, b: string | null): boolean {
  return a.toLowerCase() === b?.toLowerCase();
}
