import { Scripts } from "../scripts.ts";

export interface NewWork {
  readonly kind: "provisioning" | "job";
  /** Name of the device. */
  readonly device: string;
}

/** How the first matching work ends. All given conditions must hold; none given matches all. A job's error is a failure. */
export interface OutcomeScript {
  readonly kind?: NewWork["kind"];
  readonly device?: string;
  /** How often this holds; 1 is "the next one"; default always. */
  readonly times?: number;
  readonly result: "succeeded" | "failed" | "error" | "stuck";
  /** In place of the usual time of the provisioning, or of each state of the job. */
  readonly workMs?: number;
}

export interface ScriptedOutcome extends OutcomeScript {
  readonly where?: (work: NewWork) => boolean;
}

export class Outcomes extends Scripts<ScriptedOutcome, NewWork> {
  constructor() {
    super(
      (script, work) =>
        (script.kind ?? work.kind) === work.kind &&
        (script.device ?? work.device) === work.device &&
        (script.where === undefined || script.where(work)),
    );
  }
}
