import { asJson, dateTime } from "./instance.ts";
import type { ReceivedMessage } from "./queue-client.ts";
import type { TypedData } from "./rpc.ts";

/** The text of a message as its function gets it; null when the encoding of host.json does not fit it. */
export function decodedText(text: string, encoding: "none" | "base64"): string | null {
  if (encoding === "none") return text;
  // What is no base64 at all is for the client to refuse: Node would pass over what does not fit.
  const packed = text.replace(/[ \t\r\n]/g, "");
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(packed)) return null;
  return Buffer.from(packed, "base64").toString("utf8");
}

/**
 * What stands beside a queue message. Names are the extension's, and the library makes their first letter small. The host adds the
 * fields of a message that is a JSON object, and they win: a field `id` of the body stands where the message's own id was.
 * @see https://github.com/Azure/azure-sdk-for-net/blob/main/sdk/storage/Microsoft.Azure.WebJobs.Extensions.Storage.Queues/src/Triggers/QueueTriggerBinding.cs
 * @see https://github.com/Azure/azure-functions-host/blob/dev/src/WebJobs.Script/Utility.cs `ApplyBindingData`
 */
export function bindingData(message: ReceivedMessage, text: string, now: number): Record<string, TypedData> {
  const data: Record<string, TypedData> = {
    QueueTrigger: { string: text },
    DequeueCount: asJson(message.dequeueCount),
    ExpirationTime: asJson(dateTime(message.expiresAtMs)),
    Id: { string: message.id },
    InsertionTime: asJson(dateTime(message.insertedAtMs)),
    NextVisibleTime: asJson(dateTime(message.nextVisibleAtMs)),
    PopReceipt: { string: message.popReceipt },
    sys: asJson({ UtcNow: dateTime(now) }),
  };
  for (const [name, value] of fieldsOf(text)) {
    const known = Object.keys(data).find((other) => other.toLowerCase() === name.toLowerCase());
    data[known ?? name] = value;
  }
  return data;
}

/** Objects as they are, and everything else as text, as .NET writes it; neither lists nor null. */
function fieldsOf(text: string): [name: string, value: TypedData][] {
  const parsed = objectIn(text);
  return Object.entries(parsed).flatMap(([name, value]): [string, TypedData][] => {
    if (value === null || Array.isArray(value)) return [];
    if (typeof value === "object") return [[name, asJson(value)]];
    if (typeof value === "boolean") return [[name, { string: value ? "True" : "False" }]];
    return [[name, { string: String(value) }]];
  });
}

function objectIn(text: string): object {
  if (!/^\s*\{.*\}\s*$/s.test(text)) return {};
  try {
    const value = JSON.parse(text) as object;
    return isTooDeep(value) ? {} : value;
  } catch {
    return {};
  }
}

/** What the host's parser takes at the most; it passes over what it cannot read. @see https://www.newtonsoft.com/json/help/html/P_Newtonsoft_Json_JsonReader_MaxDepth.htm */
const MAX_DEPTH = 64;

function isTooDeep(value: unknown): boolean {
  let level: readonly unknown[] = [value];
  for (let depth = 0; depth <= MAX_DEPTH; depth += 1) {
    level = level.flatMap((one) => (typeof one === "object" && one !== null ? Object.values(one) : []));
    if (level.length === 0) return false;
  }
  return true;
}
