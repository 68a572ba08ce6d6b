export interface CallCounts {
  /** Requests about it; of a Heat, all that its cloud got. */
  readonly calls: number;
  /** Requests to create a deployment, whatever was answered. */
  readonly creates: number;
  /** Creates that took effect; of a Heat, scripts that ran. */
  readonly effects: number;
}

/** What became of what was handed over. */
export interface HandedOver {
  /** Seconds for which it was good when it was fetched. */
  readonly secondsLeft: number;
  /** The code that a second fetch was answered with. */
  readonly secondFetch: string;
  /** Of an archive: whether an appliance took it. */
  readonly pluggedIn?: boolean;
}
