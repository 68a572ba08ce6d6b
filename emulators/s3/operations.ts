import { createHash } from "node:crypto";
import type { Answer } from "../exchange/answer.ts";
import type { Call } from "../exchange/call.ts";
import { bytes, escaped, noSuchKey, preconditionFailed, s3Error, xml } from "./answers.ts";
import type { S3World, StoredObject } from "./world.ts";

const META = "x-amz-meta-";
const MAX_METADATA_BYTES = 2_048;
const MAX_KEYS = 1_000;

export interface Target {
  readonly bucket: string;
  readonly key: string;
}
type Bucket = Map<string, StoredObject>;
export type Operation = (world: S3World, bucket: Bucket, target: Target, call: Call, atMs: number) => Answer;

/**
 * Whole objects in buckets without versions, and the conditions that S3 knows for them.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html
 */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  DeleteObject: deleteObject,
  GetObject: getObject,
  HeadObject: getObject,
  ListObjectsV2: listObjects,
  PutObject: putObject,
};

/** A new object if there is none (`If-None-Match: *`), or instead of that very one (`If-Match`). */
function putObject(world: S3World, bucket: Bucket, target: Target, call: Call, atMs: number): Answer {
  const standing = bucket.get(target.key);
  const [ifMatch, ifNoneMatch] = [call.headers.get("if-match"), call.headers.get("if-none-match")];
  if (ifNoneMatch !== null && ifNoneMatch !== "*") {
    return s3Error(501, "NotImplemented", "A header you provided implies functionality that is not implemented");
  }
  if (ifNoneMatch === "*" && standing !== undefined) return preconditionFailed();
  if (ifMatch !== null && standing === undefined) return noSuchKey();
  if (ifMatch !== null && !matches(ifMatch, standing)) return preconditionFailed();
  const metadata = metadataOf(call.headers);
  const metadataBytes = Object.entries(metadata).reduce((sum, entry) => sum + Buffer.byteLength(entry.join("")), 0);
  if (metadataBytes > MAX_METADATA_BYTES) {
    return s3Error(400, "MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size");
  }
  const body = Buffer.from(call.body);
  const etag = `"${createHash("md5").update(body).digest("hex")}"`;
  const contentType = call.headers.get("content-type") ?? "binary/octet-stream";
  bucket.set(target.key, { key: target.key, body, etag, contentType, metadata, modifiedAtMs: atMs });
  world.effects.push({ atMs, kind: "object-put", ...target });
  return { status: 200, headers: { etag }, text: "" };
}

function getObject(_world: S3World, bucket: Bucket, { key }: Target, { headers }: Call): Answer {
  const object = bucket.get(key);
  if (object === undefined) return noSuchKey();
  const [ifMatch, ifNoneMatch] = [headers.get("if-match"), headers.get("if-none-match")];
  if (ifMatch !== null && !matches(ifMatch, object)) return preconditionFailed();
  const shown = {
    etag: object.etag,
    "content-type": object.contentType,
    "last-modified": new Date(object.modifiedAtMs).toUTCString(),
    ...Object.fromEntries(Object.entries(object.metadata).map(([name, value]) => [`${META}${name}`, value])),
  };
  if (ifNoneMatch !== null && matches(ifNoneMatch, object)) return { status: 304, headers: shown, text: "" };
  return bytes(object.body, shown);
}

/** Without a condition the answer is the same whether there was an object. */
function deleteObject(world: S3World, bucket: Bucket, target: Target, { headers }: Call, atMs: number): Answer {
  const standing = bucket.get(target.key);
  const ifMatch = headers.get("if-match");
  if (ifMatch !== null && standing === undefined) return noSuchKey();
  if (ifMatch !== null && !matches(ifMatch, standing)) return preconditionFailed();
  if (bucket.delete(target.key)) world.effects.push({ atMs, kind: "object-deleted", ...target });
  return { status: 204, headers: {}, text: "" };
}

function listObjects(_world: S3World, bucket: Bucket, target: Target, { url }: Call): Answer {
  const { searchParams: query } = url;
  const prefix = query.get("prefix") ?? "";
  const from = query.get("continuation-token") ?? query.get("start-after") ?? "";
  const max = Math.min(Number(query.get("max-keys") ?? MAX_KEYS), MAX_KEYS);
  const keys = [...bucket.keys()].filter((key) => key.startsWith(prefix) && key > from).sort();
  const page = keys.slice(0, max);
  const contents = page.flatMap((key) => {
    const object = bucket.get(key);
    if (object === undefined) return [];
    const modified = new Date(object.modifiedAtMs).toISOString();
    const size = object.body.length;
    return `<Contents><Key>${escaped(key)}</Key><LastModified>${modified}</LastModified><ETag>${escaped(object.etag)}</ETag><Size>${size}</Size></Contents>`;
  });
  const isTruncated = page.length < keys.length;
  const next = isTruncated ? `<NextContinuationToken>${escaped(page.at(-1) ?? "")}</NextContinuationToken>` : "";
  const head = `<Name>${escaped(target.bucket)}</Name><Prefix>${escaped(prefix)}</Prefix><KeyCount>${page.length}</KeyCount><MaxKeys>${max}</MaxKeys><IsTruncated>${isTruncated}</IsTruncated>${next}`;
  return xml(
    200,
    `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${head}${contents.join("")}</ListBucketResult>`,
  );
}

function matches(condition: string, object: StoredObject | undefined): boolean {
  return condition === "*" || condition.split(",").some((tag) => unquoted(tag) === unquoted(object?.etag ?? ""));
}

const unquoted = (tag: string): string => tag.trim().replace(/^"|"$/g, "");

function metadataOf(headers: Headers): Readonly<Record<string, string>> {
  const own = [...headers].filter(([name]) => name.startsWith(META));
  return Object.fromEntries(own.map(([name, value]) => [name.slice(META.length), value]));
}
