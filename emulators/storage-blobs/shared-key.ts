import { createHmac, timingSafeEqual } from "node:crypto";

export interface StorageAccount {
  readonly name: string;
  /** In base64. */
  readonly key: string;
  /** Bearer tokens that are taken beside the key. */
  readonly tokens?: ReadonlySet<string>;
}

const SIGNED_HEADERS = [
  "content-encoding",
  "content-language",
  "content-length",
  "content-md5",
  "content-type",
  "date",
  "if-modified-since",
  "if-match",
  "if-none-match",
  "if-unmodified-since",
  "range",
];

/** Whether queues and blobs would take the request. @see https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key */
export function isAuthorized(account: StorageAccount, request: Request): boolean {
  const authorization = request.headers.get("authorization") ?? "";
  const token = /^Bearer (.+)$/.exec(authorization)?.[1];
  if (token !== undefined) return account.tokens?.has(token) === true;
  const [, name, signature = ""] = /^SharedKey ([a-z0-9]+):(.+)$/.exec(authorization) ?? [];
  return name === account.name && isSame(signature, sign(account, stringToSign(account, request)));
}

/** Whether tables would take it: they are asked with the shorter form. */
export function isAuthorizedForTables(account: StorageAccount, request: Request): boolean {
  const authorization = request.headers.get("authorization") ?? "";
  const token = /^Bearer (.+)$/.exec(authorization)?.[1];
  if (token !== undefined) return account.tokens?.has(token) === true;
  const [, name, signature = ""] = /^SharedKeyLite ([a-z0-9]+):(.+)$/.exec(authorization) ?? [];
  const { pathname, searchParams } = new URL(request.url);
  const comp = searchParams.get("comp");
  const resource = `/${account.name}${pathname}${comp === null ? "" : `?comp=${comp}`}`;
  const text = `${request.headers.get("x-ms-date") ?? request.headers.get("date") ?? ""}\n${resource}`;
  return name === account.name && isSame(signature, sign(account, text));
}

function stringToSign({ name }: StorageAccount, { method, url, headers }: Request): string {
  const { pathname, searchParams } = new URL(url);
  const values = SIGNED_HEADERS.map((header) => {
    const value = headers.get(header) ?? "";
    if (header === "content-length") return value === "0" ? "" : value;
    return header === "date" && headers.has("x-ms-date") ? "" : value;
  });
  const own = [...headers].filter(([header]) => header.startsWith("x-ms-")).sort(([a], [b]) => (a < b ? -1 : 1));
  const query = [...new Set(searchParams.keys())]
    .map((parameter) => [parameter.toLowerCase(), searchParams.getAll(parameter).sort().join(",")] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    method,
    ...values,
    ...own.map(([header, value]) => `${header}:${value.trim()}`),
    [`/${name}${pathname}`, ...query.map(([parameter, value]) => `${parameter}:${value}`)].join("\n"),
  ].join("\n");
}

const sign = ({ key }: StorageAccount, text: string) =>
  createHmac("sha256", Buffer.from(key, "base64")).update(text, "utf8").digest("base64");

function isSame(a: string, b: string): boolean {
  const [first, second] = [Buffer.from(a), Buffer.from(b)];
  return first.length === second.length && timingSafeEqual(first, second);
}
