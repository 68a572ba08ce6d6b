import { once } from "node:events";
import type { AddressInfo } from "node:net";
import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  type DynamoDBClientConfig,
  ScanCommand,
} from "@aws-sdk/client-dynamodb";
import dynalite from "dynalite";
import { createDynamoLedger } from "../../../lib/platforms/aws/ledger/ledger.ts";
import { tableDefinition } from "../../../lib/platforms/aws/ledger/table.ts";
import { ManualTime } from "../local/manual-time.ts";

type RetryStrategy = Exclude<NonNullable<DynamoDBClientConfig["retryStrategy"]>, { retry: unknown }>;

/** A client with bounds of its own that talks to loopback. */
export function dynamoClient(
  endpoint: string,
  {
    maxAttempts = 1,
    requestTimeoutMs = 5_000,
  }: { readonly maxAttempts?: number; readonly requestTimeoutMs?: number } = {},
): DynamoDBClient {
  return new DynamoDBClient({
    endpoint,
    region: "eu-central-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts,
    retryStrategy: atOnce(maxAttempts),
    requestHandler: { requestTimeout: requestTimeoutMs, throwOnRequestTimeout: true, connectionTimeout: 2_000 },
  });
}

/** Tries again as the SDK's standard strategy does, without its pauses. */
function atOnce(maxAttempts: number): RetryStrategy {
  const token = (count: number) => ({ getRetryCount: () => count, getRetryDelay: () => 0 });
  return {
    acquireInitialRetryToken: async () => token(0),
    async refreshRetryTokenForRetry(before, { errorType }) {
      const count = before.getRetryCount() + 1;
      if (count < maxAttempts && (errorType === "THROTTLING" || errorType === "TRANSIENT")) return token(count);
      throw new Error("Expected an error worth another attempt, got the last one");
    },
    recordSuccess() {},
  };
}

export interface Dynamo {
  /** Without a slash at its end. */
  readonly url: string;
  /** For tests themselves: past any proxy. */
  readonly client: DynamoDBClient;
  /** The name of a new, empty table. */
  newTable(): Promise<string>;
  items(table: string): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

export async function startDynamo(): Promise<Dynamo> {
  const server = dynalite({ createTableMs: 0 });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = dynamoClient(url);
  let tables = 0;
  return {
    url,
    client,
    async newTable() {
      tables += 1;
      const name = `ledger-${tables}`;
      await client.send(new CreateTableCommand(tableDefinition(name).create));
      for (;;) {
        const { Table } = await client.send(new DescribeTableCommand({ TableName: name }));
        if (Table?.TableStatus === "ACTIVE") return name;
      }
    },
    async items(table) {
      const { Items = [] } = await client.send(new ScanCommand({ TableName: table }));
      return Items;
    },
    async close() {
      client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A ledger over a new table. */
export async function openLedger(
  dynamo: Dynamo,
  options: { readonly endpoint?: string; readonly maxAttempts?: number; readonly requestTimeoutMs?: number } = {},
) {
  const table = await dynamo.newTable();
  const { endpoint = dynamo.url, ...bounds } = options;
  const client = dynamoClient(endpoint, bounds);
  const clock = new ManualTime();
  return {
    ledger: createDynamoLedger({ client, table, clock }),
    client,
    table,
    clock,
    close: async () => client.destroy(),
  };
}
