import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test } from "vitest";
import { RetryableError } from "../../lib/contracts/errors.ts";
import { signedSender } from "../../lib/platforms/aws/signed-call.ts";
import { restSender } from "../../lib/platforms/azure/rest.ts";
import { maxAnswerBytes } from "../../lib/platforms/bounded-body.ts";
import * as aws from "../platforms/aws/settings.ts";

/** What a platform keeps things in answers for as long as anybody reads. */
async function listen(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const senders: Readonly<Record<string, (origin: string) => Promise<unknown>>> = {
  "S3 or Parameter Store": (origin) =>
    signedSender({ settings: aws.settingsFor(origin) })({ service: "s3", method: "GET", url: new URL(`${origin}/a`) }, {
      provider: "s3",
      operation: "get-object",
      about: "a",
      changes: false,
    } as never),
  "a blob container or Key Vault": (origin) =>
    restSender({ settings: {}, authority: { headersFor: async () => ({}) }, origin })(
      { method: "GET", url: new URL(`${origin}/a`) },
      { provider: "blobs", operation: "get-blob", about: "a", changes: false } as never,
    ),
};

/** What was taken is long, and said by nobody. */
const refusalOf = (sent: Promise<unknown>): Promise<unknown> =>
  sent.then(
    () => "taken",
    (error: unknown) => error,
  );

describe.each(Object.entries(senders))("an answer of %s", (_, send) => {
  test("that never ends is read up to a bound, and its connection is ended", async () => {
    const ended = Promise.withResolvers<void>();
    let written = 0;
    const origin = await listen((_request, response) => {
      response.on("close", () => ended.resolve());
      response.writeHead(200);
      const piece = Buffer.alloc(1024 * 1024);
      const more = () => {
        written += piece.byteLength;
        response.write(piece, () => response.destroyed || more());
      };
      more();
    });
    expect(await refusalOf(send(origin))).toBeInstanceOf(RetryableError);
    await ended.promise;
    expect(written).toBeLessThan(maxAnswerBytes + 32 * 1024 * 1024);
  });

  test("that unpacks to more than the bound is not unpacked to its end", async () => {
    const packed = gzipSync(Buffer.alloc(maxAnswerBytes * 3));
    expect(packed.byteLength).toBeLessThan(512 * 1024);
    const origin = await listen((_request, response) => {
      response.writeHead(200, { "content-encoding": "gzip", "content-length": packed.byteLength }).end(packed);
    });
    expect(await refusalOf(send(origin))).toBeInstanceOf(RetryableError);
  });
});
