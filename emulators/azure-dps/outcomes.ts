import { Scripts } from "../scripts.ts";

export type OperationKind = "create" | "update" | "patch" | "delete";

/** How the first matching operation ends. All given conditions must hold; none given matches every one. */
export interface OutcomeScript {
  readonly service?: string;
  readonly operation?: OperationKind;
  /** How many operations this holds for; 1 is "the next one"; default all. */
  readonly times?: number;
  /** `empty-body` answers polls with `{}`, `unknown-status` with a word of no contract; both do so for ever. */
  readonly result: "succeeded" | "failed" | "canceled" | "stuck" | "empty-body" | "unknown-status";
  /** Whether the change is in force at the end; by default only when the operation succeeds, or its result is not told. */
  readonly takesEffect?: boolean;
  readonly workMs?: number;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  /** The word of `unknown-status`. */
  readonly status?: string;
}

export interface NewServiceOperation {
  readonly service: string;
  readonly kind: OperationKind;
}

export interface ScriptedOutcome extends OutcomeScript {
  readonly where?: (operation: NewServiceOperation) => boolean;
}

export class Outcomes extends Scripts<ScriptedOutcome, NewServiceOperation> {
  constructor() {
    super(
      (script, { service, kind }) =>
        (script.service === undefined || script.service.toLowerCase() === service.toLowerCase()) &&
        (script.operation === undefined || script.operation === kind) &&
        (script.where === undefined || script.where({ service, kind })),
    );
  }
}
