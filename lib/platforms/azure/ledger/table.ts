import { AzureNamedKeyCredential, TableClient, type TableEntityResult } from "@azure/data-tables";
import { isOnLoopback } from "../../../contracts/loopback.ts";
import { lazily } from "../../made-once.ts";
import type { Run } from "../../merge.ts";
import { type Persistence, trying } from "../../trying.ts";
import { type Asked, failureOf, refusedBy } from "../failures.ts";
import { type SdkParts, storageCredential, withinTime } from "../sdk.ts";
import type { Place } from "./places.ts";

/** Values are text or bytes: numbers come back from Tables as several types. */
export type Entity = { readonly partitionKey: string; readonly rowKey: string } & {
  readonly [name: string]: string | Uint8Array;
};

export interface Held {
  readonly entity: Entity;
  readonly etag: string;
}

/** Part of one partition, in the order of its rows. */
export interface Range {
  readonly partition: string;
  /** First row, itself included. */
  readonly from?: string;
  /** All rows come behind it. */
  readonly after?: string;
  /** All rows come before it. */
  readonly before?: string;
  /** Properties that are wanted; all when absent. */
  readonly only?: readonly string[];
}

export interface TableOptions extends SdkParts {
  readonly table: string;
  readonly persistence: Persistence;
}

/** Entities that Tables give in one answer at the most. */
const largestPage = 1_000;

/**
 * One table. Reads, `file` and `drop` may be done twice and are repeated here; `insert`, `replace` and `remove` are sent once, as who asks
 * has to know whether an answer was lost.
 */
export class Table {
  readonly #options: TableOptions;
  readonly #client: () => TableClient;

  constructor(options: TableOptions) {
    const { settings, table } = options;
    this.#options = options;
    this.#client = lazily(() => {
      const { tables, key } = settings.storage;
      const about = { retryOptions: { maxRetries: 0 }, allowInsecureConnection: isOnLoopback(tables) };
      return key === undefined
        ? new TableClient(tables, table, storageCredential(options), about)
        : new TableClient(tables, table, new AzureNamedKeyCredential(key.account, key.key.reveal()), about);
    });
  }

  async get({ partition, row }: Place, only?: readonly string[]): Promise<Held | undefined> {
    return this.#again("GetEntity", async (client, options) => {
      try {
        const queryOptions = only === undefined ? {} : { queryOptions: { select: [...only] } };
        return heldOf(await client.getEntity(partition, row, { ...options, ...queryOptions }));
      } catch (error) {
        if (refusedBy(error).type === "ResourceNotFound") return undefined;
        throw error;
      }
    });
  }

  /** The ETag; undefined when the place is taken. */
  insert(entity: Entity): Promise<string | undefined> {
    return this.#once("InsertEntity", async (client, options) => {
      try {
        return (await client.createEntity(entity, options)).etag ?? "";
      } catch (error) {
        if (refusedBy(error).type === "EntityAlreadyExists") return undefined;
        throw error;
      }
    });
  }

  /** The new ETag; undefined when another row stands there, or none. */
  replace(entity: Entity, etag: string): Promise<string | undefined> {
    return this.#once("UpdateEntity", async (client, options) => {
      try {
        return (await client.updateEntity(entity, "Replace", { ...options, etag })).etag ?? "";
      } catch (error) {
        if (isOtherwise(error)) return undefined;
        throw error;
      }
    });
  }

  /** False when another row stands there, or none. */
  remove({ partition, row }: Place, etag: string): Promise<boolean> {
    return this.#once("DeleteEntity", async (client, options) => {
      try {
        await client.deleteEntity(partition, row, { ...options, etag });
        return true;
      } catch (error) {
        if (isOtherwise(error)) return false;
        throw error;
      }
    });
  }

  /** Puts an entry there, whatever stood there. */
  async file(entity: Entity): Promise<void> {
    await this.#again("InsertOrReplaceEntity", (client, options) => client.upsertEntity(entity, "Replace", options));
  }

  async drop({ partition, row }: Place): Promise<void> {
    await this.#again("DeleteEntity", async (client, options) => {
      try {
        await client.deleteEntity(partition, row, { ...options, etag: "*" });
      } catch (error) {
        if (!isOtherwise(error)) throw error;
      }
    });
  }

  run({ partition, from, after, before, only }: Range): Run<Held> {
    const bounds = [
      `PartitionKey eq ${quoted(partition)}`,
      ...(from === undefined ? [] : [`RowKey ge ${quoted(from)}`]),
      ...(after === undefined ? [] : [`RowKey gt ${quoted(after)}`]),
      ...(before === undefined ? [] : [`RowKey lt ${quoted(before)}`]),
    ];
    const queryOptions = {
      filter: bounds.join(" and "),
      ...(only === undefined ? {} : { select: ["PartitionKey", "RowKey", ...only] }),
    };
    let token: string | undefined;
    return {
      next: (limit) =>
        this.#again("QueryEntities", async (client, options) => {
          const pages = client.listEntities<Entity>({ ...options, queryOptions }).byPage({
            maxPageSize: Math.min(limit, largestPage),
            ...(token === undefined ? {} : { continuationToken: token }),
          });
          const { value: page } = await pages.next();
          token = page?.continuationToken;
          // A page may be empty and have others behind it.
          return { entries: [...(page ?? [])].map(heldOf), done: token === undefined };
        }),
    };
  }

  #again<Answer>(operation: string, ask: Ask<Answer>): Promise<Answer> {
    return trying(this.#options.persistence, () => this.#once(operation, ask));
  }

  async #once<Answer>(operation: string, ask: Ask<Answer>): Promise<Answer> {
    const { table } = this.#options;
    try {
      return await withinTime(this.#options, (options) => ask(this.#client(), options));
    } catch (error) {
      throw failureOf(error, asked(operation, table));
    }
  }
}

type Ask<Answer> = (client: TableClient, options: { readonly abortSignal: AbortSignal }) => Promise<Answer>;

const asked = (operation: string, table: string): Asked => ({
  provider: "storage-tables",
  about: `the table ${table} to answer ${operation}`,
  role: "Storage Table Data Contributor",
  whenMissing: "create the table, or correct DROVER_TABLE",
});

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;

function isOtherwise(error: unknown): boolean {
  const { type } = refusedBy(error);
  return type === "UpdateConditionNotSatisfied" || type === "ConditionNotMet" || type === "ResourceNotFound";
}

function heldOf(result: TableEntityResult<object>): Held {
  return { entity: result as unknown as Entity, etag: result.etag };
}

export function textIn(entity: Entity, name: string): string | undefined {
  const value = entity[name];
  return typeof value === "string" ? value : undefined;
}
