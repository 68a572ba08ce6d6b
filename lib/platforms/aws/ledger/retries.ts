import type { DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import { type Persistence, pauseBefore } from "../../trying.ts";

type RetryStrategy = Exclude<NonNullable<DynamoDBClientConfig["retryStrategy"]>, { retry: unknown }>;

/** Errors that another attempt may mend, by the SDK's own classes of them. */
const passing: ReadonlySet<string> = new Set(["THROTTLING", "TRANSIENT", "SERVER_ERROR"]);

/**
 * Repeats requests of the ledger as often and as fast as every other call here. Each of them may be repeated: the ledger knows its own
 * writes by their nonce.
 */
export function ledgerRetries(persistence: Persistence): RetryStrategy {
  const token = (count: number) => ({ getRetryCount: () => count, getRetryDelay: () => 0 });
  return {
    acquireInitialRetryToken: async () => token(0),
    async refreshRetryTokenForRetry(before, { errorType }) {
      const count = before.getRetryCount() + 1;
      if (count >= persistence.attempts || !passing.has(errorType)) {
        throw new Error("Expected an error worth another attempt, got the last one");
      }
      await pauseBefore(count + 1, persistence);
      return token(count);
    },
    recordSuccess() {},
  };
}
