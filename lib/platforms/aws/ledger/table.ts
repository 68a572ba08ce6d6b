import type {
  CreateTableCommandInput,
  GlobalSecondaryIndex,
  PointInTimeRecoverySpecification,
  TimeToLiveSpecification,
} from "@aws-sdk/client-dynamodb";

/**
 * The ledger's table. All records are in it, one item each, under (`part`, `key`): `key` is the ledger's own key, `part` a shard of
 * its kind, so that one kind can be read in order of its keys without an index. Indexes are sparse, and hold keys only.
 */

/** Attributes of an item. Their names count towards its size, which is billed in whole KB. */
export const attributes = {
  part: "part",
  key: "key",
  /** Of the record's last write: the version. */
  nonce: "nonce",
  /** Schema version of the record, readable without unpacking it. */
  v: "v",
  /** The record's JSON: as text, or packed (see packing.ts). */
  record: "record",
  /** When the sweep looks, to the millisecond. */
  dueAt: "dueAt",
  dueShard: "dueShard",
  /** When the sweep looks, coarse: see layout.ts. */
  dueSlot: "dueSlot",
  listShard: "listShard",
  listAt: "listAt",
  statusShard: "statusShard",
  parent: "parent",
  /** Seconds since 1970: when DynamoDB itself may remove what no sweep has removed. */
  expiresAt: "expiresAt",
} as const;

export const indexes = {
  /** What wants the sweep, by time. */
  due: { name: "due", partition: "dueShard", sort: "dueSlot" },
  /** All operations, by creation. */
  created: { name: "created", partition: "listShard", sort: "listAt" },
  /** Operations that are active or did not simply succeed, by creation. */
  status: { name: "status", partition: "statusShard", sort: "listAt" },
  /** Children of one operation, by creation. */
  parent: { name: "parent", partition: "parent", sort: "listAt" },
} as const;

export interface TableDefinition {
  /** What CreateTable takes; CloudFormation's `AWS::DynamoDB::Table` names its properties alike. */
  readonly create: CreateTableCommandInput;
  /** Set after the creation, or as `TimeToLiveSpecification` in CloudFormation. */
  readonly timeToLive: TimeToLiveSpecification;
  /** Set after the creation, or as `PointInTimeRecoverySpecification`: the ledger is what a fleet's operations are restored from. */
  readonly pointInTimeRecovery: PointInTimeRecoverySpecification;
}

export function tableDefinition(name: string): TableDefinition {
  const all = Object.values(indexes);
  const text = [...new Set(["part", "key", ...all.flatMap(({ partition, sort }) => [partition, sort])])];
  return {
    create: {
      TableName: name,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: text.map((AttributeName) => ({
        AttributeName,
        AttributeType: AttributeName === attributes.dueSlot ? "N" : "S",
      })),
      KeySchema: [
        { AttributeName: attributes.part, KeyType: "HASH" },
        { AttributeName: attributes.key, KeyType: "RANGE" },
      ],
      GlobalSecondaryIndexes: all.map(
        ({ name: IndexName, partition, sort }): GlobalSecondaryIndex => ({
          IndexName,
          KeySchema: [
            { AttributeName: partition, KeyType: "HASH" },
            { AttributeName: sort, KeyType: "RANGE" },
          ],
          Projection: { ProjectionType: "KEYS_ONLY" },
        }),
      ),
    },
    timeToLive: { AttributeName: attributes.expiresAt, Enabled: true },
    pointInTimeRecovery: { PointInTimeRecoveryEnabled: true },
  };
}
