import { execFile } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as errors from "../../lib/contracts/errors.ts";
import { type AwsBundle, awsFunctions, buildAwsBundles, problemsOf } from "../../scripts/aws-bundles.ts";
import { digestsIn, packaged, removeFolder, serviceFolder } from "./packaged.ts";

/** What is shipped: built and packaged twice, in different folders. */

let folders: readonly string[];
let bundles: readonly AwsBundle[];
let packages: readonly string[];

beforeAll(async () => {
  folders = [serviceFolder(), serviceFolder()];
  const [first = "", second = ""] = folders;
  bundles = await buildAwsBundles(join(first, "dist", "aws"));
  await buildAwsBundles(join(second, "dist", "aws"));
  packages = [await packaged(first), await packaged(second)];
}, 600_000);
afterAll(() => folders.forEach(removeFolder));

const bundleFolder = (name: string) => join(folders[0] ?? "", "dist", "aws", name);
const modulesIn = (name: string) => readdirSync(bundleFolder(name)).filter((file) => file.endsWith(".mjs"));

describe("bundles", () => {
  test("are the same to the byte, and so are the packages made of them", () => {
    const [first = "", second = ""] = folders.map((folder) => join(folder, "dist", "aws"));
    expect(digestsIn(second, "")).toEqual(digestsIn(first, ""));
    const zips = digestsIn(packages[0] ?? "", ".zip");
    expect(Object.keys(zips)).toEqual(awsFunctions().map((name) => `${name}.zip`));
    expect(digestsIn(packages[1] ?? "", ".zip")).toEqual(zips);
  });

  test("are no larger than they may be", () => {
    expect(bundles.map(({ name }) => name)).toEqual(awsFunctions());
    expect(bundles.flatMap(problemsOf)).toEqual([]);
  });

  test.each(awsFunctions())("give Lambda the handler of %s, with nothing but what is in the folder", async (name) => {
    const { handler } = await import(join(bundleFolder(name), "index.mjs"));
    expect(handler).toBeTypeOf("function");
    const from = modulesIn(name).flatMap((file) =>
      [
        ...readFileSync(join(bundleFolder(name), file), "utf8").matchAll(
          /(?:^|[;}\s])(?:import|export)[^;"'()]*?from"([^"]+)"/g,
        ),
      ].map(([, to = ""]) => to),
    );
    expect(from.filter((to) => !/^(?:\.\/|node:)/.test(to) && !builtIn.has(to))).toEqual([]);
  });

  test("sign with the role that Lambda puts into the environment, and report what could not be done", async () => {
    const seen: { readonly authorization: string; readonly token: string }[] = [];
    const server = createServer((request, response) => {
      const { authorization = "", "x-amz-security-token": token = "" } = request.headers;
      seen.push({ authorization, token: String(token) });
      response.writeHead(400, { "content-type": "application/x-amz-json-1.0" });
      response.end(JSON.stringify({ __type: "com.amazonaws.dynamodb.v20120810#AccessDeniedException", message: "no" }));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const env = {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      AWS_REGION: "eu-west-1",
      AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
      AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
      AWS_SESSION_TOKEN: "session-of-the-role",
      DROVER_TABLE: "drover-dev",
      DROVER_QUEUE_URL_PREFIX: `http://127.0.0.1:${port}/123456789012/drover-dev-`,
      DROVER_BUS_NAME: "drover-dev",
      DROVER_HANDOFF_BUCKET: "handoffs",
      DROVER_VAULT_PREFIX: "drover/dev/vault/",
      DROVER_CONFIGURATION: JSON.stringify({ version: 1, platform: { kind: "aws" }, connections: {} }),
    };
    const path = join(bundleFolder("record-dead-letter"), "index.mjs");
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", callOnce, path], {
      env,
    });
    server.close();
    expect(JSON.parse(stdout.trim().split("\n").at(-1) ?? "")).toEqual({
      batchItemFailures: [{ itemIdentifier: "1" }],
    });
    expect(seen[0]?.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE\/\d{8}\/eu-west-1\/dynamodb\//,
    );
    expect(seen[0]?.token).toBe("session-of-the-role");
  });

  test("keep the names of errors, and tell no path of the machine that built them", () => {
    for (const name of awsFunctions()) {
      const text = modulesIn(name)
        .map((file) => readFileSync(join(bundleFolder(name), file), "utf8"))
        .join("\n");
      for (const error of Object.keys(errors).filter((one) => one.endsWith("Error"))) {
        if (new RegExp(`\\b${error}\\b`).test(text)) expect(text).toMatch(new RegExp(`"${error}"`));
      }
      expect(text).not.toContain(import.meta.dirname.replace(/test.packaging$/, ""));
    }
  });

  test("bring the licences of what is in them", () => {
    for (const name of awsFunctions()) {
      const text = readFileSync(join(bundleFolder(name), "LICENSES.txt"), "utf8");
      for (const library of ["@aws-sdk/client-dynamodb", "@middy/core", "zod"])
        expect(text).toContain(`${library}\n\n`);
    }
  });
});

/** A batch of one dead letter, as Lambda calls it. */
const callOnce = `
const { handler } = await import(process.argv[1]);
const eventSourceARN = "arn:aws:sqs:eu-west-1:123456789012:drover-dev-inbox-dead-letters";
const attributes = { ApproximateReceiveCount: "1", SentTimestamp: "1790000000000" };
const record = { messageId: "1", receiptHandle: "one", body: "{}", attributes, eventSourceARN };
const context = { awsRequestId: "request", getRemainingTimeInMillis: () => 30_000 };
console.log(JSON.stringify(await handler({ Records: [record] }, context)));
process.exit();
`;

/** The clients of AWS name them without `node:`. */
const builtIn: ReadonlySet<string> = new Set(process.getBuiltinModule("node:module").builtinModules);
