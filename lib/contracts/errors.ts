/**
 * Errors by class: the class decides how a message is settled (docs/architecture.md, "Errors").
 * A message is one capitalised sentence without full stop: what was expected, what came, where, what to do; never a secret.
 */

/** What an error means for a provider call that changes the world: `none` is proven, `possible` is everything else. */
export type EffectOfFailure = "none" | "possible";

export interface ErrorDetails {
  /** Stable, kebab-case; safe to match on. */
  readonly code?: string;
  readonly provider?: string;
  readonly operation?: string;
  /** HTTP status of the provider's answer. */
  readonly status?: number;
  /** The provider's own id of the request, for its support desk. */
  readonly requestId?: string;
  /** Default `possible`: only proof that nothing happened makes it `none`. */
  readonly effect?: EffectOfFailure;
  readonly cause?: unknown;
}

export abstract class DroverError extends Error {
  readonly code: string;
  readonly provider: string | undefined;
  readonly operation: string | undefined;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  readonly effect: EffectOfFailure;

  constructor(message: string, defaultCode: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = details.code ?? defaultCode;
    this.provider = details.provider;
    this.operation = details.operation;
    this.status = details.status;
    this.requestId = details.requestId;
    this.effect = details.effect ?? "possible";
  }
}

/** Malformed, or refused by a schema: a rejected event and no retry. */
export class InvalidInputError extends DroverError {
  /** One entry for each problem found, each with the path where it was found. */
  readonly problems: readonly string[];
  constructor(message: string, details: ErrorDetails & { readonly problems?: readonly string[] } = {}) {
    super(message, "invalid-input", { effect: "none", ...details });
    this.problems = details.problems ?? [];
  }
}

/** The provider's no: refused, not found, over quota. The operation fails with the provider's code and text. */
export class PermanentError extends DroverError {
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, "refused-by-provider", { effect: "none", ...details });
  }
}

/** Throttled, unreachable, 5xx, conflict: tried again with back-off until the deadline. */
export class RetryableError extends DroverError {
  /** What the provider asked for; absent when it did not say. */
  readonly retryAfterMs: number | undefined;
  constructor(message: string, details: ErrorDetails & { readonly retryAfterMs?: number | undefined } = {}) {
    super(message, "provider-unavailable", details);
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** The provider refuses our credentials or role: slow retry, and a person is asked. */
export class UnauthorizedError extends DroverError {
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, "unauthorized", { effect: "none", ...details });
  }
}

/** Another delivery is at work on this effect: this one acknowledges itself. */
export class LeaseHeldError extends DroverError {
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, "lease-held", { effect: "none", ...details });
  }
}

/** Settings that cannot work: the program refuses to start and names all problems at once. */
export class ConfigurationError extends DroverError {
  readonly problems: readonly string[];
  constructor(message: string, details: ErrorDetails & { readonly problems?: readonly string[] } = {}) {
    super(message, "configuration", { effect: "none", ...details });
    this.problems = details.problems ?? [];
  }
}

/** A row or message of a schema version this release does not read. */
export class UnsupportedVersionError extends DroverError {
  readonly found: number;
  constructor(message: string, found: number) {
    super(message, "unsupported-version", { effect: "none" });
    this.found = found;
  }
}

/** What a command asks for does not fit the present state, e.g. resolving an operation that is not `unknown`. */
export class ConflictError extends DroverError {
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, "conflict", { effect: "none", ...details });
  }
}

/** Nothing is stored under that id. */
export class NotFoundError extends DroverError {
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, "not-found", { effect: "none", ...details });
  }
}

/** The text of anything thrown, without its stack. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
