import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvalidInputError } from "../../lib/contracts/errors.ts";
import { operationIdOf } from "../../lib/contracts/identifiers.ts";
import { limits } from "../../lib/contracts/limits.ts";
import { decodeRequest, RejectedRequestError } from "../../lib/contracts/request.ts";

const group = "c4b1067f-94f3-4d33-86ab-2fd1a3f2e0a1";
const image = "985453bb-dcc0-4a0f-8a2c-5e0c1b0f3e6d";
const data = { connection: "sphere-prod", deviceGroupId: group, images: [image] };
const envelope = {
  specversion: "1.0",
  id: "release-412",
  source: "/ci/hvac",
  type: "drover.azure-sphere.deploy",
};

const decode = (overrides: object = {}) => decodeRequest(JSON.stringify({ ...envelope, data, ...overrides }));
const decodeData = (overrides: object) => decode({ data: { ...data, ...overrides } });

function errorOf(run: () => unknown): InvalidInputError {
  try {
    run();
  } catch (error) {
    if (error instanceof InvalidInputError) return error;
    throw error;
  }
  throw new Error("Expected an InvalidInputError, got none");
}

function accepted(overrides: object) {
  const decoded = decodeData(overrides);
  if (decoded.kind !== "operation") throw new Error("Expected an operation");
  return decoded.request;
}

describe("a request", () => {
  test("is decoded with its defaults, the vendor's fields apart", () => {
    expect(decode()).toEqual({
      kind: "operation",
      operation: operationIdOf("/ci/hvac", "release-412"),
      contentHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      request: {
        source: "/ci/hvac",
        id: "release-412",
        type: "drover.azure-sphere.deploy",
        connection: "sphere-prod",
        deadlineMs: limits.deadlineDefaultMs,
        labels: {},
        fields: { deviceGroupId: group, images: [image] },
      },
    });
  });

  test("keeps subject, time, trace, deadline and labels", () => {
    const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    const decoded = decode({
      subject: "hvac",
      time: "2026-11-21T10:00:00+01:00",
      traceparent,
      data: { ...data, deadline: "PT30M", labels: { team: "hvac" } },
    });
    expect(decoded.request).toMatchObject({
      subject: "hvac",
      time: "2026-11-21T10:00:00+01:00",
      traceparent,
      deadlineMs: 1_800_000,
      labels: { team: "hvac" },
    });
  });

  test("may carry extension attributes and a broken trace, which are ignored", () => {
    expect(decode({ partitionkey: "a", traceparent: "broken" })).toEqual(decode());
  });

  test("has one content hash for equal content, whatever its order, time and extensions", () => {
    const { images, ...rest } = data;
    const reordered = decode({ time: "2026-11-21T10:00:00Z", extension: 1, data: { images, ...rest } });
    expect(reordered.contentHash).toBe(decode().contentHash);
  });

  test.each([
    ["the data", { data: { ...data, images: [group] } }],
    ["the subject", { subject: "another" }],
    ["a label", { data: { ...data, labels: { a: "b" } } }],
    ["the deadline", { data: { ...data, deadline: "PT1H" } }],
  ])("has another content hash when %s differs", (_, overrides) => {
    expect(decode(overrides).contentHash).not.toBe(decode().contentHash);
  });
});

describe("text that is no request", () => {
  test.each([
    ["", "not-json"],
    ["{", "not-json"],
    ["hunter2", "not-json"],
    ["{}{}", "not-json"],
    ["\uFEFF{}", "not-json"],
    ["null", "not-an-object"],
    ["[]", "not-an-object"],
    ["7", "not-an-object"],
    ['"hunter2"', "not-an-object"],
    ['{"data":{"__proto__":{"images":[]}}}', "forbidden-key"],
    ['{"__proto__":{"hunter2":1}}', "forbidden-key"],
  ])("%j is refused as %s", (body, code) => {
    const error = errorOf(() => decodeRequest(body));
    expect(error.code).toBe(code);
    expect(error.message).not.toContain("hunter2");
  });

  test("is refused one byte above the bound, and read at the bound", () => {
    const body = JSON.stringify({ ...envelope, data });
    const padded = (bytes: number) => body + " ".repeat(bytes - body.length);
    expect(decodeRequest(padded(limits.requestBytes)).kind).toBe("operation");
    expect(errorOf(() => decodeRequest(padded(limits.requestBytes + 1)))).toMatchObject({ code: "too-large" });
  });

  test("is measured in bytes, not in characters", () => {
    const body = JSON.stringify({ ...envelope, data, extension: "é".repeat(limits.requestBytes / 2) });
    expect(body.length).toBeLessThan(limits.requestBytes);
    expect(errorOf(() => decodeRequest(body)).code).toBe("too-large");
  });

  test("is refused one level deeper than the bound", () => {
    const nested = (levels: number) => JSON.parse("[".repeat(levels) + "]".repeat(levels)) as unknown;
    expect(decode({ extension: nested(limits.requestDepth - 1) }).kind).toBe("operation");
    expect(errorOf(() => decode({ extension: nested(limits.requestDepth) })).code).toBe("too-deep");
    expect(errorOf(() => decodeRequest("[".repeat(20_000) + "]".repeat(20_000))).code).toBe("too-deep");
  });
});

describe("a request that cannot be accepted", () => {
  test.each([
    ["specversion", "0.3"],
    ["specversion", undefined],
    ["id", ""],
    ["id", 7],
    ["id", "x".repeat(257)],
    ["source", ""],
    ["source", undefined],
    ["type", ""],
    ["subject", ""],
    ["time", "yesterday"],
    ["time", "2026-02-30T00:00:00Z"],
    ["datacontenttype", "text/plain"],
    ["data", undefined],
    ["data", []],
    ["data", "text"],
    ["data", null],
  ])("names the attribute %s when it is %j", (attribute, value) => {
    const error = errorOf(() => decode({ [attribute]: value }));
    expect(error).toBeInstanceOf(RejectedRequestError);
    expect(error.problems[0]).toMatch(new RegExp(`^${attribute}: `));
  });

  test.each(["drover.azure-sphere.delete", "toString", "__proto__", "constructor", "drover.operation.succeeded"])(
    "names the known types when its type is %s",
    (type) => {
      const error = errorOf(() => decode({ type }));
      expect(error).toMatchObject({ code: "unknown-type", requestType: type });
      expect(error.message).toContain(
        "drover.azure-sphere.deploy, drover.heat.deploy, drover.azure-dps.rotate-policy-key, ",
      );
    },
  );

  test.each<[string, object, string]>([
    ["no connection", { connection: undefined }, "connection: expected string"],
    ["a bad connection", { connection: "../x" }, "connection: expected a name of letters, digits, . _ -"],
    [
      "a misspelt key",
      { imagse: [image] },
      "(root): 1 unknown key: expected connection, deadline, labels, deviceGroupId, images",
    ],
    ["no group", { deviceGroupId: undefined }, "deviceGroupId: expected the device group's id as a UUID"],
    ["a wrong group", { deviceGroupId: `${group}0` }, "deviceGroupId: expected the device group's id as a UUID"],
    ["a braced group", { deviceGroupId: `{${group}}` }, "deviceGroupId: expected the device group's id as a UUID"],
    ["no images", { images: [] }, "images: expected at least one image id"],
    ["one image as text", { images: image }, "images: expected array"],
    ["a wrong image", { images: [image, "x"] }, "images.1: expected an image id as a UUID"],
    ["an image twice", { images: [image, image.toUpperCase()] }, "images: expected every image id once"],
    ["labels as a list", { labels: ["a"] }, "labels: expected record"],
    ["a label that is no text", { labels: { a: 7 } }, "labels.*: expected string"],
    ["a long label", { labels: { a: "x".repeat(129) } }, "labels.*: expected at most 128 characters"],
    ["a bad label name", { labels: { "a b": "x" } }, "labels.*: key: expected a name of letters, digits, . _ -"],
    ["a nameless label", { labels: { "": "x" } }, "labels.*: key: expected a name of letters, digits, . _ -"],
    ["a deadline as a number", { deadline: 30 }, "deadline: expected string"],
  ])("with %s says what was expected", (_, overrides, problem) => {
    const error = errorOf(() => decodeData(overrides));
    expect(error.problems).toEqual([problem]);
    expect(error).toMatchObject({ source: "/ci/hvac", eventId: "release-412", requestType: envelope.type });
  });

  test.each(["PT0.999S", "P401D", "P400DT0.001S", "30M", "P1M", "", "PT", "-PT1S"])(
    "names the bounds of the deadline when it is %j",
    (deadline) => {
      expect(errorOf(() => decodeData({ deadline })).problems).toEqual([
        "deadline: expected an ISO 8601 duration between PT1S and P400D, such as PT30M",
      ]);
    },
  );

  test.each([
    ["PT1S", limits.deadlineMinMs],
    ["P400D", limits.deadlineMaxMs],
  ])("is accepted at the bound %s of the deadline", (deadline, ms) => {
    expect(accepted({ deadline }).deadlineMs).toBe(ms);
  });

  test("is refused with one image or label more than the bounds", () => {
    const images = Array.from(
      { length: limits.imagesPerDeployment + 1 },
      (_, n) => image.slice(0, -4) + (4096 + n).toString(16),
    );
    const labels = Object.fromEntries(Array.from({ length: limits.labels + 1 }, (_, n) => [`label-${n}`, ""]));
    expect(errorOf(() => decodeData({ images, labels })).problems).toEqual([
      `labels: expected at most ${limits.labels} labels`,
      `images: expected at most ${limits.imagesPerDeployment} image ids`,
    ]);
    expect(accepted({ images: images.slice(1) }).fields["images"]).toHaveLength(limits.imagesPerDeployment);
    delete labels["label-0"];
    expect(Object.keys(accepted({ labels }).labels)).toHaveLength(limits.labels);
  });

  test("names all problems at once, and only attributes of bounded length", () => {
    const error = errorOf(() => decode({ id: "x".repeat(300), source: "", subject: 7 }));
    expect(error.problems).toHaveLength(3);
    expect(error).toMatchObject({ source: "", eventId: undefined });
  });

  test("does not say an unknown key again: it may be a secret in the wrong place", () => {
    const error = errorOf(() => decodeData({ [`a\n${"k".repeat(20_000)}`]: 1 }));
    expect(error.message.length).toBeLessThan(300);
    expect(error.message).not.toMatch(/\n|kkk/);
  });
});

describe("a cancel request", () => {
  const type = "drover.operation.cancel";
  const operation = operationIdOf("/ci/hvac", "release-412");

  test("names an operation by its id or by the key of its request", () => {
    expect(decode({ type, data: { operation, note: "wrong image" } })).toMatchObject({
      kind: "cancel",
      request: { operation, note: "wrong image" },
    });
    expect(decode({ type, data: { source: "/ci/hvac", id: "release-412" } })).toMatchObject({
      kind: "cancel",
      request: { operation },
    });
  });

  test.each([{}, { operation: "x" }, { operation, id: "a" }, { source: "/a" }, { operation, note: "x".repeat(1_025) }])(
    "with %j is refused",
    (bad) => {
      expect(errorOf(() => decode({ type, data: bad })).code).toBe("invalid-request");
    },
  );
});

describe("whatever comes in", () => {
  const decodeAny = (body: string) => {
    try {
      return decodeRequest(body);
    } catch (error) {
      return error;
    }
  };
  const isSettled = (result: unknown) =>
    result instanceof InvalidInputError || (typeof result === "object" && result !== null && "kind" in result);

  test("is decoded or refused as invalid input, never anything else", () => {
    const hostile = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.json(),
      fc
        .record({
          ...Object.fromEntries(
            Object.entries(envelope).map(([key, value]) => [key, fc.oneof(fc.constant(value), fc.jsonValue())]),
          ),
          data: fc.oneof(
            fc.jsonValue(),
            fc.object({ key: fc.constantFrom(...Object.keys(data), "labels", "deadline", "__proto__", "toString") }),
          ),
        })
        .map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(hostile, (body) => {
        expect(isSettled(decodeAny(body))).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });

  test("is never echoed: a secret in the wrong place stays out of errors", () => {
    const secret = "hunter2-S3cr3t";
    const spoilt = fc.oneof(
      fc.constant<unknown>(secret),
      fc.constant<unknown>([secret]),
      fc.constant<unknown>({ nested: secret }),
      fc.string().map((around): unknown => around + secret),
    );
    const attributes = ["specversion", "type", "subject", "time", "datacontenttype", "data"];
    const fields = ["connection", "deadline", "labels", "deviceGroupId", "images", "password"];
    const spoiltRequest = fc.oneof(
      fc.tuple(fc.constantFrom(...attributes), spoilt).map(([key, value]) => ({ ...envelope, data, [key]: value })),
      fc
        .tuple(fc.constantFrom(...fields), spoilt)
        .map(([key, value]) => ({ ...envelope, data: { ...data, [key]: value } })),
    );
    fc.assert(
      fc.property(spoiltRequest, (request) => {
        const result = decodeAny(JSON.stringify(request));
        if (!(result instanceof InvalidInputError)) return;
        expect(result.message).not.toContain(secret);
        expect(result.problems.join()).not.toContain(secret);
      }),
      { numRuns: 2_000 },
    );
    expect(errorOf(() => decodeRequest(`{"a": ${secret}`)).message).not.toContain(secret);
  });
});
