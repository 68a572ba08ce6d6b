import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { describe, expect, it, onTestFinished } from "vitest";
import { createS3Emulator } from "../../../emulators/s3/index.ts";
import { serveOnLoopback } from "../../../emulators/serve.ts";

const KEYS = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };
const Bucket = "handoffs";
const BODY = Buffer.from([0, 255, 128, 10, 13, 195, 40]);

async function s3(credentials = KEYS, region = "eu-central-1") {
  const emulator = createS3Emulator({ now: Date.now });
  emulator.seedAccessKey(KEYS);
  emulator.seedBucket(Bucket);
  const server = await serveOnLoopback((request) => emulator.fetch(request));
  onTestFinished(() => server.close());
  const client = new S3Client({ region, credentials, endpoint: server.url, forcePathStyle: true, maxAttempts: 1 });
  const put = (input: object = {}, Key = "a/b") =>
    client.send(new PutObjectCommand({ Bucket, Key, Body: BODY, ...input }));
  return { emulator, client, put };
}

const status = (code: number) => ({ $metadata: expect.objectContaining({ httpStatusCode: code }) });

describe("S3's official client", () => {
  it("puts, reads and removes bytes and their metadata", async () => {
    const { client, put } = await s3();
    const made = await put({ Metadata: { Colour: "blue" }, ContentType: "application/zip" });
    expect(made.ETag).toMatch(/^"[0-9a-f]{32}"$/);
    const got = await client.send(new GetObjectCommand({ Bucket, Key: "a/b" }));
    expect(Buffer.from((await got.Body?.transformToByteArray()) ?? [])).toEqual(BODY);
    expect(got).toMatchObject({ ETag: made.ETag, Metadata: { colour: "blue" }, ContentType: "application/zip" });
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: "a/b" }));
    expect(head).toMatchObject({ ETag: made.ETag, ContentLength: BODY.length, Metadata: { colour: "blue" } });
    await client.send(new DeleteObjectCommand({ Bucket, Key: "a/b" }));
    await client.send(new DeleteObjectCommand({ Bucket, Key: "a/b" }));
    await expect(client.send(new GetObjectCommand({ Bucket, Key: "a/b" }))).rejects.toMatchObject({
      name: "NoSuchKey",
    });
    await expect(client.send(new HeadObjectCommand({ Bucket, Key: "a/b" }))).rejects.toMatchObject(status(404));
  });

  it("keeps the conditions of writes and deletions", async () => {
    const { client, put, emulator } = await s3();
    await expect(put({ IfMatch: '"00000000000000000000000000000000"' })).rejects.toMatchObject(status(404));
    const first = await put({ IfNoneMatch: "*" });
    await expect(put({ IfNoneMatch: "*" })).rejects.toMatchObject({ name: "PreconditionFailed", ...status(412) });
    const second = await put({ IfMatch: first.ETag, Body: "second" });
    await expect(put({ IfMatch: first.ETag })).rejects.toMatchObject(status(412));
    const remove = (IfMatch?: string) => client.send(new DeleteObjectCommand({ Bucket, Key: "a/b", IfMatch }));
    await expect(remove(first.ETag)).rejects.toMatchObject(status(412));
    await remove(second.ETag);
    await expect(remove(second.ETag)).rejects.toMatchObject(status(404));
    expect(emulator.effects().map(({ kind }) => kind)).toEqual(["object-put", "object-put", "object-deleted"]);
  });

  it("lists keys by their beginning, page after page", async () => {
    const { client, put } = await s3();
    for (const key of ["a/1", "a/2", "a/3", "b/1"]) await put({}, key);
    const first = await client.send(new ListObjectsV2Command({ Bucket, Prefix: "a/", MaxKeys: 2 }));
    expect(first).toMatchObject({ IsTruncated: true, KeyCount: 2 });
    const rest = await client.send(
      new ListObjectsV2Command({ Bucket, Prefix: "a/", ContinuationToken: first.NextContinuationToken }),
    );
    expect(first.Contents?.map(({ Key }) => Key)).toEqual(["a/1", "a/2"]);
    expect(rest.Contents?.map(({ Key }) => Key)).toEqual(["a/3"]);
    expect(rest.IsTruncated).toBe(false);
  });

  it("is refused with another key, in another region, and for a bucket that is not there", async () => {
    const strange = await s3({ ...KEYS, secretAccessKey: "another" });
    await expect(strange.put()).rejects.toMatchObject({ name: "SignatureDoesNotMatch", ...status(403) });
    const elsewhere = await s3(KEYS, "us-east-1");
    await expect(elsewhere.put()).rejects.toMatchObject(status(403));
    const { client } = await s3();
    const missing = client.send(new PutObjectCommand({ Bucket: "another", Key: "a", Body: "x" }));
    await expect(missing).rejects.toMatchObject({ name: "NoSuchBucket" });
  });
});
