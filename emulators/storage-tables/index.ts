import { isAuthorizedForTables, type StorageAccount } from "../storage-blobs/shared-key.ts";
import { filterOf } from "./filter.ts";
import { type Refusal, type Row, STATUS, Table } from "./table.ts";

export interface StorageTablesOptions {
  readonly now: () => number;
  readonly account: StorageAccount;
}

export interface StorageTablesSettings {
  /** Entities in one answer at the most, whatever is asked for. */
  readonly pageSize: number;
  /** Every query is first answered with no entity and a token, as one that crosses a server of the service may be. */
  readonly emptyPages: boolean;
}

export interface StorageTablesEmulator {
  /** Tables in the path, behind the account's name. Values are text or bytes; no batches. */
  fetch(request: Request): Promise<Response>;
  seedTable(name: string): void;
  rows(table: string): readonly Row[];
  configure(settings: Partial<StorageTablesSettings>): void;
}

const MAX_PAGE = 1_000;
const METADATA = "application/json;odata=minimalmetadata;streaming=true;charset=utf-8";

export function createStorageTablesEmulator({ now, account }: StorageTablesOptions): StorageTablesEmulator {
  const tables = new Map<string, Table>();
  let settings: StorageTablesSettings = { pageSize: MAX_PAGE, emptyPages: false };

  async function answer(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const path = decodeURIComponent(url.pathname);
    if (!isAuthorizedForTables(account, request) || !path.startsWith(`/${account.name}/`))
      return refusal(403, "AuthenticationFailed");
    const resource = path.slice(account.name.length + 2);
    const [, name = "", keys] = /^(\w+)(?:\((.*)\))?$/s.exec(resource) ?? [];
    if (name === "Tables" && request.method === "POST") return makeTable(await fieldsOf(request));
    const table = tables.get(name.toLowerCase());
    if (table === undefined) return refusal(404, "TableNotFound");
    if (request.method === "POST") {
      const etag = table.insert(await fieldsOf(request));
      return written(etag, 204);
    }
    if (!keys) return query(table, url.searchParams, settings);
    const [, partition = "", row = ""] =
      /^PartitionKey='((?:[^']|'')*)',RowKey='((?:[^']|'')*)'$/s.exec(keys)?.map((one) => one.replaceAll("''", "'")) ??
      [];
    if (request.method === "GET") return shownEntity(table.get(partition, row), url.searchParams);
    const match = request.headers.get("if-match");
    if (request.method === "DELETE") {
      const otherwise = table.remove(partition, row, match);
      return otherwise === undefined ? new Response(null, { status: 204 }) : refusal(STATUS[otherwise], otherwise);
    }
    if (request.method !== "PUT") return refusal(405, "MethodNotAllowed");
    const properties = { ...(await fieldsOf(request)), PartitionKey: partition, RowKey: row };
    return written(table.replace(properties, match), 204);
  }

  function makeTable({ TableName }: Row["properties"]): Response {
    const key = typeof TableName === "string" ? TableName.toLowerCase() : "";
    if (!/^[a-z][a-z0-9]{2,62}$/.test(key)) return refusal(400, "InvalidResourceName");
    if (tables.has(key)) return refusal(409, "TableAlreadyExists");
    tables.set(key, new Table(now));
    return new Response(null, { status: 204 });
  }

  return {
    fetch: answer,
    seedTable: (TableName) => void makeTable({ TableName }),
    rows: (table) => tables.get(table.toLowerCase())?.rows() ?? [],
    configure: (changed) => {
      settings = { ...settings, ...changed };
    },
  };
}

const fieldsOf = async (request: Request) => (await request.json()) as Row["properties"];

function query(table: Table, search: URLSearchParams, { pageSize, emptyPages }: StorageTablesSettings): Response {
  const fits = filterOf(search.get("$filter") ?? "PartitionKey ge ''");
  const top = Number(search.get("$top") ?? MAX_PAGE);
  if (fits === null || !(top >= 1 && top <= MAX_PAGE)) return refusal(400, "InvalidInput");
  const [partition, row] = [search.get("NextPartitionKey"), search.get("NextRowKey")];
  const from = partition === null ? "" : `${partition}\u0000${row ?? ""}`;
  const all = table.rows().filter((one) => fits(one) && placeOf(one) >= from);
  const count = emptyPages && partition === null ? 0 : Math.min(top, pageSize);
  const next = all[count];
  const headers: Record<string, string> = { "content-type": METADATA };
  if (next !== undefined) {
    headers["x-ms-continuation-NextPartitionKey"] = String(next.properties["PartitionKey"]);
    headers["x-ms-continuation-NextRowKey"] = String(next.properties["RowKey"]);
  }
  const value = all.slice(0, count).map((one) => shown(one, search));
  return new Response(JSON.stringify({ value }), { headers });
}

const placeOf = ({ properties }: Row) => `${properties["PartitionKey"]}\u0000${properties["RowKey"]}`;

function shownEntity(row: Row | undefined, search: URLSearchParams): Response {
  if (row === undefined) return refusal(404, "ResourceNotFound");
  const headers = { "content-type": METADATA, etag: row.etag };
  return new Response(JSON.stringify(shown(row, search)), { headers });
}

function shown({ etag, properties }: Row, search: URLSearchParams): object {
  const select = search.get("$select")?.split(",");
  const wanted = Object.entries(properties).filter(
    ([name]) => select === undefined || select.includes(name.replace("@odata.type", "")),
  );
  return { "odata.etag": etag, ...Object.fromEntries(wanted) };
}

function written(outcome: string | Refusal, status: number): Response {
  if (Object.hasOwn(STATUS, outcome)) return refusal(STATUS[outcome as Refusal], outcome);
  return new Response(null, { status, headers: { etag: outcome } });
}

function refusal(status: number, code: string): Response {
  const body = { "odata.error": { code, message: { lang: "en-US", value: `${code}\nRequestId:x` } } };
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": METADATA, "x-ms-request-id": "00000000-0000-4000-8000-000000000000" },
  });
}
