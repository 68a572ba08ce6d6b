import { ConfigurationError, type ErrorDetails, RetryableError, UnauthorizedError } from "../../../contracts/errors.ts";

const throttled: ReadonlySet<string> = new Set([
  "ProvisionedThroughputExceededException",
  "ThrottlingException",
  "Throttling",
  "RequestLimitExceeded",
  "TooManyRequestsException",
]);
const unavailable: ReadonlySet<string> = new Set([
  "InternalServerError",
  "ServiceUnavailable",
  "ServiceUnavailableException",
  "InternalFailure",
  "ReplicatedWriteConflictException",
]);
const refused: ReadonlySet<string> = new Set([
  "AccessDeniedException",
  "UnrecognizedClientException",
  "InvalidSignatureException",
  "IncompleteSignatureException",
  "MissingAuthenticationTokenException",
  "InvalidClientTokenId",
  "ExpiredTokenException",
  "ExpiredToken",
  "CredentialsProviderError",
]);

export interface Asked {
  /** DynamoDB's own name: `PutItem`. */
  readonly operation: string;
  readonly table: string;
}

/**
 * What an error of the SDK means. It is not passed on, neither as a cause: a failed condition carries the item, and some messages quote it.
 * The contracts of the ledger's caller decide what follows; whether a write took place is possible unless the service refused it.
 */
export function failureOf(thrown: unknown, { operation, table }: Asked): Error {
  const { name, status, requestId, code } = aboutOf(thrown);
  const said = { operation, ...(requestId && { requestId }), ...(status !== undefined && { status }) };
  const expected = `Expected DynamoDB to answer ${operation} on table ${table}`;
  if (throttled.has(name)) {
    return new RetryableError(`${expected}, got ${name}`, { ...said, code: "ledger-throttled", effect: "none" });
  }
  if (refused.has(name)) {
    return new UnauthorizedError(
      `Expected credentials that may call ${operation} on table ${table}, got ${name}: check the function's role`,
      { ...said, code: "ledger-unauthorized" },
    );
  }
  if (name === "ResourceNotFoundException") {
    return new ConfigurationError(
      `Expected table ${table} in this account and region, got none: deploy it or name another`,
      {
        ...said,
        code: "ledger-missing",
      },
    );
  }
  if (unavailable.has(name) || (status ?? 0) >= 500) {
    return new RetryableError(`${expected}, got ${status ?? "no status"} ${name}`, {
      ...said,
      code: "ledger-unavailable",
    });
  }
  // The SDK calls a connection that was reset a timeout, too.
  if (code !== undefined && code !== "ETIMEDOUT") return lost(`${expected}, got a broken connection: ${code}`, said);
  if (status === 200) return lost(`${expected}, got one that cannot be read`, said);
  if (code !== undefined || name === "TimeoutError" || name === "AbortError") {
    return new RetryableError(`${expected}, got no answer in time`, { ...said, code: "ledger-timeout" });
  }
  // A defect of ours, or something new: settled as such.
  return new Error(
    `${expected}, got ${name}${status === undefined ? "" : ` with status ${status}`} (request ${requestId ?? "unknown"})`,
  );
}

const lost = (message: string, said: ErrorDetails) =>
  new RetryableError(message, { ...said, code: "ledger-connection-lost" });

function aboutOf(thrown: unknown) {
  if (!(thrown instanceof Error)) return { name: typeof thrown };
  const metadata = "$metadata" in thrown ? (thrown.$metadata as { httpStatusCode?: number; requestId?: string }) : {};
  return {
    name: /^[A-Za-z]{1,80}$/.test(thrown.name) ? thrown.name : "an error",
    status: metadata?.httpStatusCode,
    requestId: metadata?.requestId,
    code: networkCodeOf(thrown),
  };
}

/** Of Node's sockets and resolver, wherever it is wrapped. */
function networkCodeOf(thrown: unknown, depth = 0): string | undefined {
  if (!(thrown instanceof Error) || depth > 4) return undefined;
  const code = "code" in thrown && typeof thrown.code === "string" ? thrown.code : "";
  if (/^(E[A-Z_]{2,30}|UND_ERR_[A-Z_]{1,30})$/.test(code) && !code.startsWith("ERR_")) return code;
  if (thrown.message === "socket hang up") return "ECONNRESET";
  return networkCodeOf(thrown.cause ?? (thrown instanceof AggregateError ? thrown.errors[0] : undefined), depth + 1);
}
