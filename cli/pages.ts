import type { Session } from "./session.ts";
import { type DeadLetter, deadLettersShape, type Operation, operationsShape } from "./shapes.ts";

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

const pageSize = 500;

/** Everything on all pages: one that shows nothing may have others behind it. */
async function allOf<Item>(
  read: (query: { readonly limit: number; readonly cursor: string | undefined }) => Promise<{
    readonly items: readonly Item[];
    readonly cursor?: string | undefined;
  }>,
): Promise<readonly Item[]> {
  const found: Item[] = [];
  let cursor: string | undefined;
  do {
    const page = await read({ limit: pageSize, cursor });
    found.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return found;
}

/** Every operation that the filter leaves, such as those of a `parent`, in no order to rely on. */
export function allOperations(
  { client }: Session,
  filter: Readonly<Record<string, string>>,
): Promise<readonly Operation[]> {
  return allOf(async (query) => {
    const { operations, cursor } = await client.get("/operations", operationsShape, { ...filter, ...query });
    return { items: operations, cursor };
  });
}

export function allDeadLetters({ client }: Session): Promise<readonly DeadLetter[]> {
  return allOf(async (query) => {
    const { deadLetters, cursor } = await client.get("/dead-letters", deadLettersShape, query);
    return { items: deadLetters, cursor };
  });
}
