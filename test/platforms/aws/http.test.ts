import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { describe, expect, test } from "vitest";
import { answerOf, requestOf } from "../../../lib/platforms/aws/lambda/http.ts";
import { httpEvent } from "../../e2e/aws-rig.ts";

const { signal } = new AbortController();
const event = (changes: Partial<APIGatewayProxyEventV2> = {}) => ({ ...httpEvent("POST", "/requests"), ...changes });

describe("a request of an HTTP API", () => {
  test("keeps its body to the byte, in base64 or as text", async () => {
    const bytes = Buffer.from([0, 255, 13, 10, 0xc3, 0x28, 0xef, 0xbb, 0xbf]);
    const coded = requestOf(event({ body: bytes.toString("base64"), isBase64Encoded: true }), signal);
    expect(Buffer.from(await coded.arrayBuffer()).equals(bytes)).toBe(true);
    const text = '\uFEFF{"a": "é\u2028 \\u0000"}\r\n';
    const plain = requestOf(event({ body: text }), signal);
    expect(Buffer.from(await plain.arrayBuffer()).equals(Buffer.from(text))).toBe(true);
  });

  test("keeps method, headers, cookies, path and query", () => {
    const asked = requestOf(
      event({
        rawPath: "/operations/one/history",
        rawQueryString: "label=a%20b&label=c&wait=5",
        headers: { authorization: "Bearer x", "webhook-signature": "v1,a=", "x-empty": "" },
        cookies: ["a=1", "b=2"],
      }),
      signal,
    );
    const url = new URL(asked.url);
    expect([asked.method, url.pathname, url.search]).toEqual([
      "POST",
      "/operations/one/history",
      "?label=a%20b&label=c&wait=5",
    ]);
    expect(Object.fromEntries(asked.headers)).toEqual({
      authorization: "Bearer x",
      "webhook-signature": "v1,a=",
      "x-empty": "",
      cookie: "a=1; b=2",
    });
  });

  test("knows no stage, and a path that was decoded stays a path", () => {
    const { requestContext } = event();
    const staged = { requestContext: { ...requestContext, stage: "prod" }, rawPath: "/prod/operations/a" };
    expect(new URL(requestOf(event(staged), signal).url).pathname).toBe("/operations/a");
    const odd = requestOf(event({ rawPath: "/vault/a?b#c d" }), signal);
    expect([new URL(odd.url).pathname, new URL(odd.url).search]).toEqual(["/vault/a%3Fb%23c%20d", ""]);
    expect(new URL(requestOf(event({ rawPath: "//evil.example/x" }), signal).url).hostname).toContain("execute-api");
  });

  test("has no body where it may have none", async () => {
    expect(requestOf({ ...httpEvent("GET", "/health"), body: "x" }, signal).body).toBeNull();
  });
});

describe("an answer to an HTTP API", () => {
  test("is text where it is text, and base64 where it is not", async () => {
    const archive = Uint8Array.from([80, 75, 3, 4, 0, 255]);
    const given = async (body: string | Uint8Array<ArrayBuffer>, type: string) =>
      answerOf(new Response(body, { status: 201, headers: { "content-type": type } }));
    expect(await given('{"é":1}', "application/problem+json; charset=utf-8")).toEqual({
      statusCode: 201,
      headers: { "content-type": "application/problem+json; charset=utf-8" },
      body: '{"é":1}',
      isBase64Encoded: false,
    });
    for (const type of ["application/zip", "application/octet-stream", "text/plain"]) {
      const { body = "", isBase64Encoded } = await given(archive, type);
      expect([isBase64Encoded, [...Buffer.from(body, "base64")]]).toEqual([true, [...archive]]);
    }
  });

  test("keeps cookies apart, and may be empty", async () => {
    const headers = new Headers([
      ["set-cookie", "a=1"],
      ["set-cookie", "b=2"],
    ]);
    expect(await answerOf(new Response(null, { status: 204, headers }))).toEqual({
      statusCode: 204,
      headers: {},
      cookies: ["a=1", "b=2"],
      body: "",
      isBase64Encoded: false,
    });
  });
});
