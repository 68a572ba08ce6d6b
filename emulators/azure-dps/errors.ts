import { type Answer, json, titleOf } from "../exchange/answer.ts";
import type { World } from "./world.ts";

type Headers = Readonly<Record<string, string>>;

/** The resource provider's own error: a numeric code and no wrapper, or what the contract claims. */
export function providerError(
  world: World,
  status: number,
  code: number,
  message: string,
  atMs: number,
  headers: Headers = {},
): Answer {
  const name = titleOf(status).replaceAll(" ", "");
  const trace = `correlation identifier: ${world.newId()}, timestamp: ${usDate(atMs)}, errorcode: IH${code}.`;
  const full = `${message} If you contact a support representative please include this ${trace}`;
  if (world.settings.errorShape === "pascal") {
    return json(status, { Code: String(code), HttpStatusCode: name, Message: full, Details: "" }, headers);
  }
  return json(status, { code, httpStatusCode: name, message: full }, headers);
}

/** The envelope of Azure Resource Manager, which stands before every provider. */
export function armError(status: number, code: string, message: string, headers: Headers = {}): Answer {
  return json(status, { error: { code, message } }, headers);
}

/** `10/17/2017 18:58:32`. */
function usDate(atMs: number): string {
  const [day = "", time = ""] = new Date(atMs).toISOString().slice(0, 19).split("T");
  const [year, month, date] = day.split("-");
  return `${month}/${date}/${year} ${time}`;
}
