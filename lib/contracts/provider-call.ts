/** What a call may know about where it runs. */
export interface CallContext {
  readonly signal: AbortSignal;
  readonly nowMs: number;
  /**
   * Called before each request that changes something outside an effect; what it throws ends the call and is passed on. Nothing is
   * lost then: the call comes again. Absent: nobody counts.
   */
  readonly beforeChange?: () => Promise<void>;
}

/** How long an effect takes to become visible, and how it is looked for. */
export interface Settling {
  /** Longest time of one creating request; it is aborted then. */
  readonly requestTimeoutMs: number;
  /** After this time an effect that is not visible has not taken place. */
  readonly settlingMs: number;
  /** Time between two looks. */
  readonly lookEveryMs: number;
}

/** Bounds of the time between two polls. */
export interface PollPace {
  readonly firstMs: number;
  readonly maxMs: number;
}

export interface ProviderCheck {
  readonly what: string;
  readonly ok: boolean;
  /** Works, and should not stay so. */
  readonly warning?: boolean;
  readonly detail: string;
}
