import { inspect } from "node:util";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DroverError } from "../../lib/contracts/errors.ts";
import type { Fetch } from "../../lib/providers/exchange.ts";
import { shown } from "../providers/support.ts";
import { canary } from "./door.ts";
import { deepArray, deepObject, mutated, oddBytes, oddJson, oddText } from "./inputs.ts";
import { processorMs } from "./processor-time.ts";

export type Through = (request: Request, next: Fetch) => Promise<Response>;

/** Everything that one piece of work asks its cloud, and the secrets that must not come back. */
export interface Scene {
  /** What came of it, as far as it may be shown. */
  readonly run: (through: Through) => Promise<unknown>;
  readonly secrets: readonly string[];
  /** Where requests may go. */
  readonly hosts: RegExp;
  /** Requests that are asked at the least when nothing is wrong. */
  readonly asks: number;
}

interface Seen {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** What the cloud answers when nothing is wrong. */
async function answersOf({ run }: Scene): Promise<Seen[]> {
  const seen: Seen[] = [];
  await run(async (request, next) => {
    const response = await next(request);
    seen.push({ status: response.status, headers: response.headers, text: await response.clone().text() });
    return response;
  });
  return seen;
}

const asJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text === "" ? null : { raw: text };
  }
};

type Bytes = string | Uint8Array;

/** More than any answer may have. */
const huge = `{"a":"${"x".repeat(3 * 1024 * 1024)}"}`;

const repeated = `${canary} \u202e\r\n\u001b[2J ${canary}`;
/** As services refuse, with what they were told in it. */
const refusals = [
  { error: { code: "Conflict", message: repeated } },
  { error: { code: 409, message: repeated, title: repeated } },
  { code: "Conflict", message: repeated, httpStatusCode: 409 },
  { Code: repeated, Message: repeated, Details: repeated },
  { __type: "service#ConflictException", message: repeated, Message: repeated },
  { errorCode: 409_001, trackingId: repeated, message: repeated },
  { error: "invalid_client", error_description: repeated, error_codes: [7_000_215] },
  [{ ErrorCode: "A", Title: repeated, Detail: repeated, Extensions: { traceId: repeated } }],
  repeated,
];
const refusal = fc.record({
  status: fc.constantFrom(400, 401, 403, 404, 409, 412, 429, 500, 503),
  bytes: fc.oneof(
    fc.constantFrom(...refusals.map((one) => JSON.stringify(one))),
    ...refusals.slice(0, -1).map((one) => mutated(one)),
  ),
});

/** An answer's text on its way through a broken machine. */
function damaged(text: string): fc.Arbitrary<Bytes> {
  const bytes = Buffer.from(text);
  const at = fc.nat(Math.max(0, bytes.length - 1));
  return fc.oneof(
    { weight: 8, arbitrary: mutated(asJson(text)) },
    { weight: 2, arbitrary: oddJson },
    { weight: 1, arbitrary: oddText },
    { weight: 1, arbitrary: oddBytes },
    { weight: 2, arbitrary: at.map((length) => bytes.subarray(0, length)) },
    {
      weight: 2,
      arbitrary: fc.array(fc.tuple(at, fc.nat(255)), { minLength: 1, maxLength: 4 }).map((flips) => {
        const flipped = Buffer.from(bytes);
        for (const [place, value] of flips) if (place < flipped.length) flipped[place] = value;
        return flipped;
      }),
    },
    {
      weight: 2,
      arbitrary: fc.constantFrom<Bytes>(
        "",
        huge,
        deepArray,
        deepObject,
        `${text}${text}`,
        `\uFEFF${text}`,
        Buffer.from(text, "utf16le"),
        Buffer.from(`${text}\u00e9`, "latin1"),
        gzipSync(text),
        "<html><body>502 Bad Gateway</body></html>",
        `)]}',\n${text}`,
      ),
    },
  );
}

const statuses = [
  200, 201, 202, 204, 206, 301, 302, 303, 307, 308, 400, 401, 403, 404, 409, 412, 413, 429, 500, 503, 599,
];

/** Where an answer may send whoever believes it. `canary` stands for what the request itself said. */
const places = [
  "https://evil.example/",
  `https://evil.example/?${canary}`,
  "http://169.254.169.254/latest/meta-data",
  "//evil.example/x",
  "file:///etc/passwd",
  "javascript:alert(1)",
  "https://user:password@evil.example/",
  "https://management.azure.com.evil.example/",
  "\u00e9",
];
const words = ["", "0", "-1", "NaN", "1e9", "9".repeat(40), canary, "a".repeat(8_000), "Fri, 31 Dec 9999 23:59:59 GMT"];
const headerOf = fc.oneof(
  fc.tuple(
    fc.constantFrom("location", "azure-asyncoperation", "operation-location", "www-authenticate", "link"),
    fc.constantFrom(...places),
  ),
  fc.tuple(
    fc.constantFrom("retry-after", "date", "etag", "x-ms-request-id", "x-amzn-requestid", "x-amzn-errortype"),
    fc.constantFrom(...words),
  ),
  fc.tuple(fc.constant("content-type"), fc.constantFrom("text/html", "application/xml", "", "application/json; a=b")),
  fc.tuple(fc.constant("content-length"), fc.constantFrom("0", "1", "-1", "1e9", "99999999999")),
);

/** What the request itself says in secret, once it is under way. */
const toldBy = ({ headers }: Request): string =>
  ["authorization", "x-amz-security-token", "x-auth-token", "x-identity-header"]
    .map((name) => headers.get(name) ?? "")
    .join(" ")
    .trim();

/** The secret words of that: what a text may go on to show is the scheme, the algorithm and the key's public name. */
const secretWordsOf = (told: string): string[] =>
  told.split(/[\s,;&]+|Signature=|sig=/i).filter((word) => word.length > 40 && !word.startsWith("Credential="));

const controls = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

/** A minute is nobody's patience, and what takes exponential time takes years. */
const promptlyMs = 10_000;

/** One answer of many is another one: what comes of it is a value or a refusal of a known class, bounded, on one line and without a secret. */
async function expectDefinite(scene: Scene, numRuns: number): Promise<void> {
  const answers = await answersOf(scene);
  expect(answers.length).toBeGreaterThanOrEqual(scene.asks);
  const broken = fc.nat(answers.length - 1).chain((index) => {
    const { status, headers, text } = answers[index] ?? { status: 200, headers: new Headers(), text: "" };
    const otherwise = fc.record({
      status: fc.oneof(
        { weight: 3, arbitrary: fc.constant(status) },
        { weight: 1, arbitrary: fc.constantFrom(...statuses) },
      ),
      bytes: fc.oneof({ weight: 5, arbitrary: damaged(text) }, { weight: 1, arbitrary: fc.constant<Bytes>(text) }),
    });
    return fc.record({
      index: fc.constant(index),
      said: fc.oneof({ weight: 3, arbitrary: otherwise }, { weight: 1, arbitrary: refusal }),
      headers: fc.oneof(
        { weight: 2, arbitrary: fc.constant<[string, string][]>([]) },
        { weight: 1, arbitrary: fc.array(headerOf, { maxLength: 3 }) },
      ),
      kept: fc.constant([...headers].filter(([name]) => name !== "content-length")),
    });
  });
  const property = fc.asyncProperty(broken, async ({ index, said: { status, bytes }, headers, kept }) => {
    let asked = 0;
    const told = new Set<string>();
    const through: Through = async (request, next) => {
      asked += 1;
      // Several may be under way at once.
      const isOurs = asked === index + 1;
      expect(new URL(request.url).host).toMatch(scene.hosts);
      const words = toldBy(request);
      for (const word of secretWordsOf(words)) told.add(word);
      const response = await next(request);
      if (!isOurs) return response;
      const said = new Headers(kept);
      for (const [name, value] of headers) said.set(name, value.replaceAll(canary, encodeURIComponent(words)));
      const echoed =
        typeof bytes === "string" ? bytes.replaceAll(canary, () => JSON.stringify(words).slice(1, -1)) : bytes;
      const body = status === 204 ? null : typeof echoed === "string" ? echoed : Buffer.from(echoed);
      return new Response(body, { status, headers: said });
    };
    const startedAt = processorMs();
    try {
      const value = await scene.run(through);
      for (const sentence of sentencesIn(value)) expectShowable(sentence, [...scene.secrets, ...told]);
      // What a vendor's document says stands in results as it is, also where it repeats a token: what we hold does not.
      let whole = inspect(value, { depth: 12, showHidden: true, getters: true, maxStringLength: null });
      for (const word of told) whole = whole.replaceAll(word, "");
      expectNone(whole, scene.secrets);
    } catch (error) {
      if (!(error instanceof DroverError)) throw error;
      expectShowable(error.message, scene.secrets);
      expectNone(shown(error), [...scene.secrets, ...told]);
    }
    expect(processorMs() - startedAt).toBeLessThan(promptlyMs);
    // Thousands of requests are a hang by another name.
    expect(asked).toBeLessThan(200);
  });
  await fc.assert(property, { numRuns });
}

/** What Drover itself says in a result, wherever it stands. */
const ours = new Set(["detail", "reason", "evidence", "status", "warning", "requestId"]);

function sentencesIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    typeof member === "string" ? (ours.has(name) ? [member] : []) : sentencesIn(member),
  );
}

function expectShowable(sentence: string, secrets: readonly string[]): void {
  expect(sentence.length).toBeLessThan(2_000);
  expect(sentence).not.toMatch(controls);
  expectNone(sentence, secrets);
}

function expectNone(said: string, secrets: readonly string[]): void {
  for (const secret of secrets) {
    for (const form of [secret, encodeURIComponent(secret)]) {
      const at = said.indexOf(form);
      if (at >= 0) throw new Error(`Expected no secret, got ${form} in ${said.slice(Math.max(0, at - 300), at + 300)}`);
    }
  }
}

const mebibyte = 1024 * 1024;
/** More than any client of a provider reads, and a piece that is under way beside it. */
const mostBytes = 34 * mebibyte;

/** Each answer in its turn never ends: the piece of work does, and lets go of it. */
async function expectBounded(scene: Scene, turn: number): Promise<void> {
  let [asked, pulled, letGo] = [0, 0, false];
  const piece = Buffer.alloc(mebibyte / 4, "[[1],");
  const endless = () =>
    new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          pulled += piece.byteLength;
          if (pulled > 4 * mostBytes) controller.error(new Error("Expected an end, got none"));
          else controller.enqueue(piece);
        },
        cancel() {
          letGo = true;
        },
      },
      { highWaterMark: 0 },
    );
  const outcome = await scene
    .run(async (request, next) => {
      asked += 1;
      const isOurs = asked === turn + 1;
      const response = await next(request);
      if (!isOurs) return response;
      const headers = [...response.headers].filter(([name]) => name !== "content-length");
      return new Response(endless(), { status: response.status === 204 ? 200 : response.status, headers });
    })
    .catch((error: unknown) => error);
  if (outcome instanceof Error) expect(outcome).toBeInstanceOf(DroverError);
  expect([turn, letGo, pulled <= mostBytes]).toEqual([turn, true, true]);
}

export function describeScenes(scenes: Readonly<Record<string, Scene>>, numRuns: number): void {
  describe.each(Object.entries(scenes))("%s", (_, scene) => {
    test("says what it likes, and it is taken or refused by name", () => expectDefinite(scene, numRuns));

    test("is read no further than to a bound, and let go", async () => {
      const { length } = await answersOf(scene);
      for (let turn = 0; turn < length; turn += 1) await expectBounded(scene, turn);
    });
  });
}
