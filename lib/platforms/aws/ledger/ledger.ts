import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import type { LedgerRecord } from "../../../contracts/operation.ts";
import type { Clock, Ledger, OperationFilter, Page, Stored, Version } from "../../../contracts/ports.ts";
import { dueKeys } from "./due.ts";
import { failureOf } from "./failures.ts";
import { isKey, itemOf, primaryKeyOf, storedOf } from "./item.ts";
import { operationsPage, prefixPage } from "./lists.ts";
import { Queries } from "./queries.ts";

export interface DynamoLedgerOptions {
  /** Made by the caller, with its own bounds on attempts and times. */
  readonly client: DynamoDBClient;
  /** As `tableDefinition` describes it. */
  readonly table: string;
  /** Only for the time from which DynamoDB itself may remove what no sweep has removed. */
  readonly clock: Clock;
}

/** Every answered write is durable. The version of a record is its nonce. */
export function createDynamoLedger(options: DynamoLedgerOptions): Ledger {
  return new DynamoLedger(options);
}

interface Condition {
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames: Record<string, string>;
  readonly ExpressionAttributeValues?: Record<string, { readonly S: string }>;
}

const isFree: Condition = {
  ConditionExpression: "attribute_not_exists(#key)",
  ExpressionAttributeNames: { "#key": "key" },
};

const has = (nonce: Version): Condition => ({
  ConditionExpression: "#nonce = :expected",
  ExpressionAttributeNames: { "#nonce": "nonce" },
  ExpressionAttributeValues: { ":expected": { S: nonce } },
});

class DynamoLedger implements Ledger {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #clock: Clock;
  readonly #queries: Queries;

  constructor({ client, table, clock }: DynamoLedgerOptions) {
    this.#client = client;
    this.#table = table;
    this.#clock = clock;
    this.#queries = new Queries(client, table);
  }

  create(key: string, record: LedgerRecord): Promise<Version | undefined> {
    return this.#put(key, record, isFree);
  }

  async read(key: string): Promise<Stored | undefined> {
    // Keys may come from outside: under one that DynamoDB would not take, there is nothing.
    const item = isKey(key) ? await this.#queries.get(key) : undefined;
    return item && storedOf(item);
  }

  write(key: string, record: LedgerRecord, expected: Version): Promise<Version | undefined> {
    return this.#put(key, record, has(expected));
  }

  async remove(key: string, expected: Version): Promise<boolean> {
    if (!isKey(key)) return false;
    const refused = await this.#conditionally("DeleteItem", () =>
      this.#client.send(
        new DeleteItemCommand({
          TableName: this.#table,
          Key: primaryKeyOf(key),
          ...has(expected),
          ReturnValuesOnConditionCheckFailure: "ALL_OLD",
        }),
      ),
    );
    if (!refused) return true;
    // The SDK has asked more than once, so an answer was lost: when nothing is there any more, it was ours that told of the removal.
    if ((refused.$metadata.attempts ?? 1) === 1 || refused.Item) return false;
    return (await this.#queries.nonceOf(key)) === undefined;
  }

  due(nowMs: number, limit: number): Promise<readonly string[]> {
    return dueKeys(this.#queries, nowMs, limit);
  }

  listOperations(filter: OperationFilter, limit: number, cursor?: string): Promise<Page<Stored>> {
    return operationsPage(this.#queries, filter, limit, cursor);
  }

  listByPrefix(prefix: string, limit: number, cursor?: string): Promise<Page<Stored>> {
    return prefixPage(this.#queries, prefix, limit, cursor);
  }

  durable(): Promise<void> {
    return Promise.resolve();
  }

  /**
   * A condition that does not hold may be due to ourselves: an answer was lost, and the SDK or the caller asks again. The nonce tells.
   * DynamoDB sends it along with the refusal; where it does not, one more read asks for it.
   */
  async #put(key: string, record: LedgerRecord, condition: Condition): Promise<Version | undefined> {
    const Item = itemOf(key, record, this.#clock.now());
    const refused = await this.#conditionally("PutItem", () =>
      this.#client.send(
        new PutItemCommand({
          TableName: this.#table,
          Item,
          ...condition,
          ReturnValuesOnConditionCheckFailure: "ALL_OLD",
        }),
      ),
    );
    if (!refused) return record.nonce;
    const nonce = refused.Item?.["nonce"]?.S ?? (await this.#queries.nonceOf(key));
    return nonce === record.nonce ? nonce : undefined;
  }

  async #conditionally(
    operation: string,
    ask: () => Promise<unknown>,
  ): Promise<ConditionalCheckFailedException | undefined> {
    try {
      await ask();
      return undefined;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return error;
      throw failureOf(error, { operation, table: this.#table });
    }
  }
}
