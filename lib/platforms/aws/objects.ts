import { RetryableError } from "../../contracts/errors.ts";
import type { ConditionalObjects, ObjectHead, StoredObject } from "../conditional-objects.ts";
import { type AwsSettings, addressSuffix } from "./clients.ts";
import { type Asked, refusalOf } from "./failures.ts";
import { type Answered, type SendParts, type SignedCall, signedSender } from "./signed-call.ts";

/** Objects of one bucket. */
export interface Objects extends ConditionalObjects {
  /** Keys that begin with it, a page at a time. */
  keys(prefix: string, cursor?: string): Promise<{ readonly keys: readonly string[]; readonly cursor?: string }>;
}

export interface ObjectsOptions extends SendParts {
  readonly bucket: string;
}

const meta = "x-amz-meta-";
/** A mebibyte takes this long over a slow connection. */
const mebibyteMs = 1_000;
/** Time for content whose size is not known yet. */
const contentMs = 20_000;

export function s3Objects({ bucket, ...parts }: ObjectsOptions): Objects {
  const send = signedSender(parts);
  const base = bucketUrl(bucket, parts.settings);
  const urlOf = (key: string) => new URL(key.split("/").map(encodeURIComponent).join("/"), base);
  const asked = (action: string): Asked => ({
    provider: "s3",
    about: `the bucket ${bucket} to answer`,
    // Without s3:ListBucket an object that is not there looks like one that may not be read.
    permission: `s3:${action} on its objects and s3:ListBucket`,
    whenMissing: "create the bucket in this region, or correct DROVER_HANDOFF_BUCKET",
  });
  const ask = (action: string, call: Omit<SignedCall, "service">) => send({ service: "s3", ...call }, asked(action));
  const refusal = (action: string, answer: Answered) => refusalOf(refusedIn(answer), asked(action));

  async function look(method: "GET" | "HEAD", key: string): Promise<StoredObject | undefined> {
    const answer = await ask("GetObject", { method, url: urlOf(key), moreTimeMs: method === "GET" ? contentMs : 0 });
    if (answer.status === 404 && refusedIn(answer).type !== "NoSuchBucket") return undefined;
    if (answer.status !== 200) throw refusal("GetObject", answer);
    return { ...headIn(answer), body: answer.body };
  }

  return {
    head: (key) => look("HEAD", key),
    get: (key) => look("GET", key),
    async put(key, body, metadata, condition) {
      const named = Object.entries(metadata).map(([name, value]) => [`${meta}${name}`, value]);
      const answer = await ask("PutObject", {
        method: "PUT",
        url: urlOf(key),
        headers: {
          "content-type": "application/octet-stream",
          ...Object.fromEntries(named),
          ...(condition === "absent" ? { "if-none-match": "*" } : { "if-match": condition.etag }),
        },
        body,
        moreTimeMs: (body.length / 2 ** 20) * mebibyteMs,
      });
      if (answer.status === 200) return headIn(answer).etag;
      if (isOtherwise(answer)) return undefined;
      throw provenAbsent(answer, refusal("PutObject", answer));
    },
    async remove(key, etag) {
      const answer = await ask("DeleteObject", { method: "DELETE", url: urlOf(key), headers: { "if-match": etag } });
      if (answer.status === 204) return true;
      if (isOtherwise(answer)) return false;
      throw refusal("DeleteObject", answer);
    },
    async keys(prefix, cursor) {
      const url = new URL(base);
      url.searchParams.set("list-type", "2");
      url.searchParams.set("prefix", prefix);
      if (cursor !== undefined) url.searchParams.set("continuation-token", cursor);
      const answer = await ask("ListBucket", { method: "GET", url });
      if (answer.status !== 200) throw refusal("ListBucket", answer);
      const text = answer.body.toString();
      const [next] = textsOf("NextContinuationToken", text);
      return { keys: textsOf("Key", text), ...(next === undefined ? {} : { cursor: next }) };
    },
  };
}

/** A name with a dot fits no certificate as a host; and an emulator has no hosts by name. */
function bucketUrl(bucket: string, { endpoint, region }: AwsSettings): URL {
  if (endpoint !== undefined) return new URL(`${bucket}/`, endpoint.endsWith("/") ? endpoint : `${endpoint}/`);
  if (bucket.includes(".")) return new URL(`https://s3.${addressSuffix(region)}/${bucket}/`);
  return new URL(`https://${bucket}.s3.${addressSuffix(region)}/`);
}

function headIn({ headers }: Answered): ObjectHead {
  const own = [...headers].filter(([name]) => name.startsWith(meta));
  const metadata = Object.fromEntries(own.map(([name, value]) => [name.slice(meta.length), value]));
  return { etag: headers.get("etag") ?? "", metadata };
}

/** Another object stands there (412), or none (404). */
function isOtherwise(answer: Answered): boolean {
  return answer.status === 412 || (answer.status === 404 && refusedIn(answer).type !== "NoSuchBucket");
}

/** 409: another write was under way at the same time, and this one was not carried out. */
function provenAbsent({ status }: Answered, error: Error): Error {
  if (status !== 409 || !(error instanceof RetryableError)) return error;
  return new RetryableError(error.message, { provider: "s3", code: "conflict", status, effect: "none" });
}

/** A HEAD has no body to say what it is. */
function refusedIn({ status, headers, body }: Answered) {
  const [code] = textsOf("Code", body.toString("utf8", 0, 4096));
  const standard =
    status === 403 ? "AccessDenied" : status >= 300 && status < 400 ? "PermanentRedirect" : "UnknownError";
  return { type: code ?? standard, status, requestId: headers.get("x-amz-request-id") ?? undefined };
}

function textsOf(element: string, xml: string): string[] {
  return [...xml.matchAll(new RegExp(`<${element}>([^<]*)</${element}>`, "g"))].map(([, text = ""]) => unescaped(text));
}

const marks: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function unescaped(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => marks[name] ?? "");
}
