export interface CallCounts {
  /** Requests about it; of a Heat, all that its cloud got. */
  readonly calls: number;
  /** Requests to create a deployment, whatever was answered. */
  readonly creates: number;
  /** Creates that took effect; of a Heat, scripts that ran. */
  readonly effects: number;
}
