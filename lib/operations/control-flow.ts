import type { Outcome } from "../contracts/event.ts";

/** Thrown inside a step to end the operation; the runner turns it into an outcome. */
export class Stop extends Error {
  readonly outcome: Outcome;
  readonly code: string;
  constructor(outcome: Outcome, code: string, reason: string) {
    super(reason);
    this.name = "Stop";
    this.outcome = outcome;
    this.code = code;
  }
}

/** Thrown inside a step to try it again later, by a new delayed message. */
export class Later extends Error {
  /** Kebab-case, as in `WaitingFor`. */
  readonly code: string;
  /** Absolute, ms since 1970; absent: by back-off. */
  readonly at: number | undefined;
  /** The command that a person can answer with; makes it an `attention` event. */
  readonly attention: string | undefined;
  /** The provider's id of the request that went wrong. */
  readonly requestId: string | undefined;
  /** Told again when it says something else: it names whom it waits for. */
  readonly restates: boolean;
  constructor(
    code: string,
    detail: string,
    options: {
      readonly at?: number | undefined;
      readonly attention?: string;
      readonly requestId?: string | undefined;
      readonly restates?: boolean;
    } = {},
  ) {
    super(detail);
    this.name = "Later";
    this.code = code;
    this.at = options.at;
    this.attention = options.attention;
    this.requestId = options.requestId;
    this.restates = options.restates ?? false;
  }
}

/**
 * Thrown when a step has written what it owes, or may have, and could not send it. Not for the step to decide about: the message goes
 * back, and the next delivery of it sends what this one has written. Another message would prove it sent.
 */
export class Unsent extends Error {
  constructor(cause: unknown) {
    super("What is owed could not be sent", { cause });
    this.name = "Unsent";
  }
}

/** Thrown when somebody else wrote first: read the row again and decide again. */
export class Overtaken extends Error {
  constructor() {
    super("Another writer changed the operation first");
    this.name = "Overtaken";
  }
}
