import type { Session } from "./session.ts";
import { type Operation, operationsShape } from "./shapes.ts";

export interface ListOptions {
  readonly state?: string;
  readonly outcome?: string;
  readonly type?: string;
  readonly connection?: string;
  readonly label?: string;
  readonly parent?: string;
  readonly limit: string;
  readonly cursor?: string;
}

/** A page of the ledger may be short where filters leave out much, so that pages are joined until there are enough. */
export async function pageOf({ client }: Session, { limit, ...options }: ListOptions) {
  const operations: Operation[] = [];
  let cursor = options.cursor;
  do {
    const left = /^\d{1,3}$/.test(limit) ? Number(limit) - operations.length : limit;
    const page = await client.get("/operations", operationsShape, { ...options, cursor, limit: left });
    operations.push(...page.operations);
    cursor = page.cursor;
  } while (cursor !== undefined && operations.length < Number(limit));
  return { operations, ...(cursor === undefined ? {} : { cursor }) };
}

/** Every operation of a parent that the filter leaves, in no order to rely on. */
export async function allChildren(
  session: Session,
  parent: string,
  filter: Readonly<Record<string, string>>,
): Promise<readonly Operation[]> {
  const found: Operation[] = [];
  let cursor: string | undefined;
  do {
    const query = { ...filter, parent, limit: pageSize, cursor };
    const page = await session.client.get("/operations", operationsShape, query);
    found.push(...page.operations);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return found;
}

const pageSize = 500;
