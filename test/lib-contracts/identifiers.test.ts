import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  canonicalJson,
  eventIdOf,
  hashFraction,
  operationIdLength,
  operationIdOf,
  operationIdPattern,
  sha256Hex,
} from "../../lib/contracts/identifiers.ts";

/** Another implementation of base32: by bits as text, not by shifting. */
function base32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const groups = bits.match(/.{1,5}/g) ?? [];
  return groups.map((group) => "abcdefghijklmnopqrstuvwxyz234567"[Number.parseInt(group.padEnd(5, "0"), 2)]).join("");
}

describe("the reference implementation of base32", () => {
  test.each([
    ["", ""],
    ["f", "MY======"],
    ["fo", "MZXQ===="],
    ["foo", "MZXW6==="],
    ["foob", "MZXW6YQ="],
    ["fooba", "MZXW6YTB"],
    ["foobar", "MZXW6YTBOI======"],
  ])("encodes %j as RFC 4648 does", (text, encoded) => {
    expect(base32(Buffer.from(text))).toBe(encoded.replaceAll("=", "").toLowerCase());
  });
});

describe("operationIdOf", () => {
  test("is the same on every platform and in every release", () => {
    expect(operationIdOf("/ci/hvac", "release-412")).toBe("foyrv4oh5sjigjvw2m6pemtewef5agpvmnnmzwrvo5jgo62lw5mq");
  });

  test("is the base32 of the SHA-256 of source and id as a JSON array", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (source, id) => {
        const digest = createHash("sha256")
          .update(JSON.stringify([source, id]))
          .digest();
        const operation = operationIdOf(source, id);
        expect(operation).toBe(base32(digest));
        expect(operation).toHaveLength(operationIdLength);
        expect(operation).toMatch(operationIdPattern);
      }),
    );
  });

  test("tells pairs apart that look alike when joined", () => {
    const pairs = [
      ["a", "bc"],
      ["ab", "c"],
      ['a","b', "c"],
      ["a", 'b","c'],
      ["", "abc"],
    ] as const;
    expect(new Set(pairs.map(([source, id]) => operationIdOf(source, id))).size).toBe(pairs.length);
  });
});

describe("canonicalJson", () => {
  test("is the same for objects that differ in the order of their keys alone", () => {
    expect(canonicalJson({ b: [{ d: 1, c: 2 }], a: null })).toBe('{"a":null,"b":[{"c":2,"d":1}]}');
    expect(canonicalJson({ a: null, b: [{ c: 2, d: 1 }] })).toBe('{"a":null,"b":[{"c":2,"d":1}]}');
  });

  test("orders keys by code unit, and keeps the order of lists", () => {
    expect(canonicalJson({ é: 1, z: 2, Z: 3, "10": 4, "9": 5 })).toBe('{"10":4,"9":5,"Z":3,"z":2,"é":1}');
    expect(canonicalJson([2, 1])).not.toBe(canonicalJson([1, 2]));
  });

  test("leaves out undefined members and writes undefined entries as null, as JSON does", () => {
    expect(canonicalJson({ a: undefined, b: [undefined] })).toBe('{"b":[null]}');
  });

  test("loses nothing and does not depend on the order of keys", () => {
    const shuffled = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(shuffled);
      if (typeof value !== "object" || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, entry]) => [key, shuffled(entry)]),
      );
    };
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(shuffled(value))).toBe(canonicalJson(value));
      }),
    );
  });
});

describe("other identifiers", () => {
  test("of events are operation, sequence number and index", () => {
    expect(eventIdOf("abc", 12, 1)).toBe("abc-12-1");
    expect(eventIdOf("abc", 1, 21)).not.toBe(eventIdOf("abc", 12, 1));
  });

  test("by SHA-256 are the known ones", () => {
    const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    expect(sha256Hex("")).toBe(empty);
    expect(sha256Hex(new Uint8Array())).toBe(empty);
  });
});

describe("hashFraction", () => {
  test("is the same for equal texts and lies in [0, 1)", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const fraction = hashFraction(text);
        expect(fraction).toBe(hashFraction(text));
        expect(fraction).toBeGreaterThanOrEqual(0);
        expect(fraction).toBeLessThan(1);
      }),
    );
  });

  test("spreads neighbours evenly", () => {
    const tenths = new Array<number>(10).fill(0);
    for (let n = 0; n < 10_000; n += 1) {
      const tenth = Math.floor(hashFraction(`operation-${n % 100}:${Math.floor(n / 100)}`) * 10);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    for (const count of tenths) {
      expect(count).toBeGreaterThan(850);
      expect(count).toBeLessThan(1_150);
    }
  });
});
