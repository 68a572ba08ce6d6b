import { createHash, randomUUID } from "node:crypto";
import { type AccessKeySeed, AccessKeys, type Refusal } from "../aws/access-keys.ts";
import type { Delay } from "../connection.ts";
import { withHeaders } from "../exchange/answer.ts";
import { type Admission, type Call, decoded } from "../exchange/call.ts";
import { createExchange, type ExchangeFaultOf, type OnCall } from "../exchange/exchange.ts";
import type { CallTarget } from "../exchange/fault-script.ts";
import type { RecordedExchange } from "../exchange/recording.ts";
import type { LoggedRequest } from "../request-log.ts";
import type { Switch } from "../switch.ts";
import { Timeline } from "../timeline.ts";
import { BYTES_HEADER, s3Error } from "./answers.ts";
import { OPERATIONS, type Target } from "./operations.ts";
import { defaultS3Settings, type S3Effect, type S3Settings, type S3World, type StoredObject } from "./world.ts";

export interface S3Options {
  readonly now: () => number;
  readonly delay?: Delay;
  readonly newId?: () => string;
  readonly seed?: number;
  readonly logLimit?: number;
  readonly record?: boolean;
  readonly onCall?: OnCall;
}

type NoFaultOfItsOwn = CallTarget & { readonly kind: never };
export type S3Fault = ExchangeFaultOf<NoFaultOfItsOwn>;

/** Buckets in the path, as with `forcePathStyle`. Keys of letters, digits and `/._-`: others are signed in another way at S3. */
export interface S3Emulator {
  fetch(request: Request): Promise<Response>;
  seedAccessKey(seed: AccessKeySeed): void;
  seedBucket(name: string): void;
  /** In order of their keys. */
  objects(bucket: string): readonly StoredObject[];
  effects(): readonly S3Effect[];
  configure(settings: Partial<S3Settings>): void;
  addFault(fault: S3Fault): Switch;
  clearFaults(): void;
  requests(): readonly LoggedRequest[];
  callCounts(): Readonly<Record<string, number>>;
  recorded(): readonly RecordedExchange[];
}

export function createS3Emulator(options: S3Options): S3Emulator {
  const { newId = randomUUID } = options;
  const world: S3World = {
    settings: defaultS3Settings,
    newId,
    timeline: new Timeline(options.now),
    accessKeys: new AccessKeys(),
    buckets: new Map(),
    effects: [],
  };
  const exchange = createExchange<NoFaultOfItsOwn>(
    {
      timeline: world.timeline,
      nameOf: operationOf,
      admit: (call) => admit(world, call),
      refusal: (_call, status, code) => {
        if (status === 429 || status === 503)
          return s3Error(503, code ?? "SlowDown", "Please reduce your request rate.");
        if (status === 409)
          return s3Error(409, code ?? "ConditionalRequestConflict", "A conflicting operation occurred.");
        return s3Error(status, code ?? (status >= 500 ? "InternalError" : "InvalidRequest"), "A scripted answer.");
      },
      finish: (_call, answer) => withHeaders(answer, { "x-amz-request-id": world.newId() }),
      shown: (url) => url,
      sufferOwn: (fault) => fault,
    },
    options,
  );
  return {
    fetch: async (request) => inBytes(request, await exchange.fetch(request)),
    seedAccessKey: (seed) => world.accessKeys.add(seed),
    seedBucket: (name) => void world.buckets.set(name, new Map()),
    objects: (bucket) => {
      world.timeline.now();
      return [...(world.buckets.get(bucket)?.values() ?? [])].sort((a, b) => (a.key < b.key ? -1 : 1));
    },
    effects: () => {
      world.timeline.now();
      return [...world.effects];
    },
    configure: (settings) => {
      world.settings = { ...world.settings, ...settings };
    },
    addFault: (fault) => exchange.addFault(fault),
    clearFaults: () => exchange.clearFaults(),
    requests: () => exchange.requests(),
    callCounts: () => exchange.callCounts(),
    recorded: () => exchange.recorded(),
  };
}

/** The exchange carries text; bodies of objects are bytes, and a HEAD has their length alone. */
async function inBytes(request: Request, response: Response): Promise<Response> {
  const headers = new Headers(response.headers);
  const text = response.body === null ? "" : await response.text();
  const body = Buffer.from(text, headers.has(BYTES_HEADER) ? "latin1" : "utf8");
  headers.delete(BYTES_HEADER);
  if (response.status !== 204 && response.status !== 304) headers.set("content-length", String(body.length));
  const isBodiless = request.method === "HEAD" || body.length === 0;
  return new Response(isBodiless ? null : new Uint8Array(body), { status: response.status, headers });
}

function targetOf({ url }: Call): Target {
  const [, bucket = "", ...key] = url.pathname.split("/");
  return { bucket: decoded(bucket), key: key.map(decoded).join("/") };
}

function operationOf(call: Call): string {
  const { key } = targetOf(call);
  if (call.method === "GET" && key === "" && call.url.searchParams.get("list-type") === "2") return "ListObjectsV2";
  const operations: Readonly<Record<string, string>> = {
    DELETE: "DeleteObject",
    GET: "GetObject",
    HEAD: "HeadObject",
    PUT: "PutObject",
  };
  return (key === "" ? undefined : operations[call.method]) ?? "Unknown";
}

/** What the other services call otherwise. */
const CODES: Readonly<Record<string, readonly [code: string, status: number]>> = {
  AccessDeniedException: ["AccessDenied", 403],
  IncompleteSignatureException: ["AuthorizationHeaderMalformed", 400],
  InvalidSignatureException: ["SignatureDoesNotMatch", 403],
  MissingAuthenticationTokenException: ["AccessDenied", 403],
  UnrecognizedClientException: ["InvalidAccessKeyId", 403],
};

function admit(world: S3World, call: Call): Admission {
  const operation = operationOf(call);
  const handle = OPERATIONS[operation];
  if (handle === undefined)
    return { refusal: s3Error(405, "MethodNotAllowed", "The specified method is not allowed.") };
  const { signatureSkewMs: skewMs, region } = world.settings;
  const refusal = world.accessKeys.refusal(call, { service: "s3", region, action: operation, skewMs });
  if (refusal !== null) return { refusal: refused(refusal) };
  if (call.headers.get("x-amz-content-sha256") !== createHash("sha256").update(call.body).digest("hex")) {
    const message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
    return { refusal: s3Error(400, "XAmzContentSHA256Mismatch", message) };
  }
  const target = targetOf(call);
  const bucket = world.buckets.get(target.bucket);
  if (bucket === undefined) {
    return { refusal: s3Error(404, "NoSuchBucket", "The specified bucket does not exist") };
  }
  return { carryOut: (atMs) => handle(world, bucket, target, call, atMs) };
}

function refused({ type, message }: Refusal) {
  const [code, status] = CODES[type] ?? ["AccessDenied", 403];
  return s3Error(status, code, message);
}
