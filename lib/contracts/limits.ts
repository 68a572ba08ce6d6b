/** Bounds on everything that comes from outside. Schemas and error messages take them from here; docs render them. */
export const limits = {
  /** A whole request, UTF-8 bytes: fits a Storage queue message (64 KiB) with room for an envelope around it. */
  requestBytes: 48 * 1024,
  /** A request as it is stored, UTF-8 bytes: leaves room in a ledger item for what becomes of it. */
  storedRequestBytes: 40 * 1024,
  /** All children of one request together, as they begin. */
  childrenBytes: 8 * 1024 * 1024,
  /** Depth of nesting in a request's JSON. */
  requestDepth: 32,
  /** Characters in `id`, `source`, `subject`. */
  identifierLength: 256,
  labels: 16,
  labelLength: 128,
  /** Characters in a name of a connection, client, schedule or secret. */
  nameLength: 64,
  imagesPerDeployment: 64,
  /** Servers of one request: a parent with a child for each. */
  serversPerDeployment: 1000,
  /** Highest settings of a connection's limits. */
  inFlightMax: 200,
  changesPerMinuteMax: 600,
  reasonLength: 1024,
  /** Entries kept in an operation's history; the first ones and the newest ones stay. */
  historyEntries: 64,
  /** Bytes of one ledger item, DynamoDB and Tables adapters included. */
  itemBytes: 60 * 1024,
  /** Operations waiting in line for one turn; later ones look again by themselves. */
  turnLine: 256,
  /** Shortest and longest time an operation may be given. */
  deadlineMinMs: 1_000,
  deadlineMaxMs: 400 * 24 * 3_600_000,
  /** Deadline of a request that names none. */
  deadlineDefaultMs: 3_600_000,
} as const;
