import { createHmac } from "node:crypto";
import type { Clock } from "../../contracts/ports.ts";
import type { Authority, RestCall } from "./rest.ts";
import type { AccountKey } from "./settings.ts";

/** What is signed of every request, in this order, whether it has it or not. */
const signed = [
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

/**
 * Signs with the account's key, for an emulator: on Azure itself an identity is used.
 * @see https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key
 */
export function sharedKey({ account, key }: AccountKey, clock: Pick<Clock, "wallMs">): Authority {
  return {
    async headersFor(call) {
      const dated = { "x-ms-date": new Date(clock.wallMs()).toUTCString() };
      const text = textToSign(account, { ...call, headers: { ...call.headers, ...dated } });
      const signature = createHmac("sha256", Buffer.from(key.reveal(), "base64")).update(text).digest("base64");
      return { ...dated, authorization: `SharedKey ${account}:${signature}` };
    },
  };
}

function textToSign(account: string, { method, url, headers = {}, body }: RestCall): string {
  const length = body === undefined || body.length === 0 ? "" : String(body.length);
  const values = signed.map((name) => (name === "content-length" ? length : (headers[name] ?? "")));
  const own = Object.entries(headers).filter(([name]) => name.startsWith("x-ms-"));
  const query = [...url.searchParams].sort(byName).map(([name, value]) => `\n${name.toLowerCase()}:${value}`);
  return [
    method,
    ...values,
    ...own.sort(byName).map(([name, value]) => `${name}:${value}`),
    `/${account}${url.pathname}${query.join("")}`,
  ].join("\n");
}

const byName = ([a]: readonly [string, string], [b]: readonly [string, string]) => (a < b ? -1 : 1);
