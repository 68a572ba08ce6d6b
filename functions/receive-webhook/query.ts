/** Parameters that routes read, and their bounds: whatever else is asked for is refused. */
export const queryNames = {
  operations: ["state", "outcome", "type", "connection", "label", "parent", "cursor", "limit"],
  operation: ["wait", "since"],
  handoff: ["wait", "since"],
  events: ["after", "limit", "wait"],
  deadLetters: ["cursor", "limit"],
  heatDeployments: ["server"],
  dps: ["resourceGroup", "service", "policy", "certificate", "operationId"],
} as const;

export interface Bounds {
  readonly default: number;
  readonly min: number;
  readonly max: number;
}

export const rowsPerPage: Bounds = { default: 50, min: 1, max: 500 };
export const eventsPerPage: Bounds = { default: 100, min: 1, max: 1000 };
export const positions: Bounds = { default: 0, min: 0, max: Number.MAX_SAFE_INTEGER };
export const waitSeconds: Bounds = { default: 0, min: 0, max: 30 };

/** Characters of Nova's ids. */
export const serverIdLength = 36;
