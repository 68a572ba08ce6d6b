import {
  type AttributeValue,
  BatchGetItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  QueryCommand,
} from "@aws-sdk/client-dynamodb";
import { RetryableError } from "../../../contracts/errors.ts";
import type { Run } from "../../merge.ts";
import { failureOf } from "./failures.ts";
import { type Item, primaryKeyOf } from "./item.ts";
import { indexes } from "./table.ts";

/** DynamoDB's bound on keys in one BatchGetItem. */
const keysPerBatch = 100;
const batchesAtOnce = 4;
/** What is throttled comes back unread, without an error; asked for at once again this often. */
const batchTries = 4;

export interface Range {
  /** Absent: the table itself, strongly consistent. */
  readonly index?: keyof typeof indexes;
  readonly partition: string;
  /** Bounds of the sort key, both included. */
  readonly from?: AttributeValue;
  readonly to?: AttributeValue;
  readonly newestFirst?: boolean;
}

/** What is asked of one table. */
export class Queries {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async get(key: string): Promise<Item | undefined> {
    const command = new GetItemCommand({ TableName: this.#table, Key: primaryKeyOf(key), ConsistentRead: true });
    const { Item } = await this.#asked("GetItem", () => this.#client.send(command));
    return Item;
  }

  /** The nonce that stands under a key, as every answered write has left it. */
  async nonceOf(key: string): Promise<string | undefined> {
    const command = new GetItemCommand({
      TableName: this.#table,
      Key: primaryKeyOf(key),
      ConsistentRead: true,
      ProjectionExpression: "#nonce",
      ExpressionAttributeNames: { "#nonce": "nonce" },
    });
    const { Item } = await this.#asked("GetItem", () => this.#client.send(command));
    return Item?.["nonce"]?.S;
  }

  /** Items by their keys; those that are gone are left out. An index that lags may name a key twice, which DynamoDB refuses. */
  async many(named: readonly string[], read: { readonly consistent: boolean; readonly only?: readonly string[] }) {
    const found = new Map<string, Item>();
    const keys = [...new Set(named)];
    const batches: string[][] = [];
    for (let index = 0; index < keys.length; index += keysPerBatch)
      batches.push(keys.slice(index, index + keysPerBatch));
    const work = async () => {
      for (let batch = batches.shift(); batch; batch = batches.shift()) {
        for (const item of await this.#batch(batch, read)) found.set(item["key"]?.S ?? "", item);
      }
    };
    await Promise.all(Array.from({ length: Math.min(batchesAtOnce, batches.length) }, work));
    return found;
  }

  run(range: Range): Run<Item> {
    const { index, partition, newestFirst = false } = range;
    const names = index === undefined ? { partition: "part", sort: "key" } : indexes[index];
    const { condition, values } = bounds(range);
    let after: Item | undefined;
    return {
      next: async (limit) => {
        const command = new QueryCommand({
          TableName: this.#table,
          ...(index === undefined ? { ConsistentRead: true } : { IndexName: indexes[index].name }),
          KeyConditionExpression: `#partition = :partition${condition}`,
          ExpressionAttributeNames: { "#partition": names.partition, ...(condition && { "#sort": names.sort }) },
          ExpressionAttributeValues: { ":partition": { S: partition }, ...values },
          ScanIndexForward: !newestFirst,
          Limit: limit,
          ...(after && { ExclusiveStartKey: after }),
        });
        const page = await this.#asked("Query", () => this.#client.send(command));
        after = page.LastEvaluatedKey;
        return { entries: page.Items ?? [], done: after === undefined };
      },
    };
  }

  async #batch(
    keys: readonly string[],
    { consistent, only }: { readonly consistent: boolean; readonly only?: readonly string[] },
  ): Promise<Item[]> {
    const items: Item[] = [];
    let left: Item[] = keys.map(primaryKeyOf);
    const names = only && Object.fromEntries(only.map((name) => [`#${name}`, name]));
    const projection = names && {
      ProjectionExpression: Object.keys(names).join(),
      ExpressionAttributeNames: names,
    };
    for (let tries = 0; tries < batchTries; tries += 1) {
      const RequestItems = { [this.#table]: { Keys: left, ConsistentRead: consistent, ...projection } };
      const command = new BatchGetItemCommand({ RequestItems });
      const page = await this.#asked("BatchGetItem", () => this.#client.send(command));
      items.push(...(page.Responses?.[this.#table] ?? []));
      left = page.UnprocessedKeys?.[this.#table]?.Keys ?? [];
      if (left.length === 0) return items;
    }
    throw new RetryableError(
      `Expected DynamoDB to read ${keys.length} items of table ${this.#table} within ${batchTries} tries, got ${left.length} left unread`,
      { operation: "BatchGetItem", code: "ledger-throttled", effect: "none" },
    );
  }

  async #asked<Answer>(operation: string, ask: () => Promise<Answer>): Promise<Answer> {
    try {
      return await ask();
    } catch (error) {
      throw failureOf(error, { operation, table: this.#table });
    }
  }
}

function bounds({ from, to }: Range): { readonly condition: string; readonly values: Item } {
  if (from && to) return { condition: " AND #sort BETWEEN :from AND :to", values: { ":from": from, ":to": to } };
  if (to) return { condition: " AND #sort <= :to", values: { ":to": to } };
  if (from) return { condition: " AND #sort >= :from", values: { ":from": from } };
  return { condition: "", values: {} };
}
