import fc from "fast-check";
import { canary } from "./door.ts";

/** Levels of nesting that overflow whoever follows them by recursion. */
export const deepLevels = 10_000;
export const deepArray = "[".repeat(deepLevels) + "]".repeat(deepLevels);
export const deepObject = `${'{"a":'.repeat(deepLevels)}1${"}".repeat(deepLevels)}`;

const numbers = ["1e400", "-1e400", "-0", "1e-400", "9007199254740993", "0.1e1", "1".repeat(400), "4294967296"];
const jsonNumbers = fc.constantFrom(...numbers);

/** Texts that readers of texts have stumbled over. */
export const oddTexts = [
  "",
  " ",
  "\0",
  "\uFEFF",
  "\uD800",
  "\uDC00\uD800",
  "\u202E",
  "\r\nX-Injected: 1",
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "../../etc/passwd",
  "%00",
  "%2e%2e%2f",
  "'; drop table records; --",
  "*",
  "null",
  "NaN",
  "Infinity",
  "-1",
  "1e3",
  "0x10",
  "٣",
  "9".repeat(30),
] as const;

export const oddText = fc.oneof(
  fc.constantFrom(...oddTexts),
  fc.string({ maxLength: 40 }),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom("a", "\u0000", "é", "\u{1F600}", "\uD800").map((unit) => unit.repeat(2_000)),
);

/** A text with the canary somewhere in it. */
export const secretText = fc.tuple(oddText, oddText).map(([before, after]) => before + canary + after);

export const oddJson: fc.Arbitrary<string> = fc.oneof(
  fc.json({ maxDepth: 6 }),
  fc.json({ maxDepth: 3, stringUnit: "binary" }),
  jsonNumbers,
  fc.constantFrom(deepArray, deepObject, `{"a":${deepArray}}`, '{"__proto__":{"a":1}}', '{"\\u005f_proto__":1}'),
);

/** No UTF-8 for the most part. */
export const oddBytes = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc
    .constantFrom("ff", "c080", "eda080", "f4908080", "efbbbf", "00", "7b22ff223a317d")
    .map((hex) => Buffer.from(hex, "hex")),
  oddJson.map((text) => Buffer.from(`\uFEFF${text}`)),
);

type Tree = Record<string, unknown> | unknown[];
const isTree = (value: unknown): value is Tree => typeof value === "object" && value !== null;

/** Every place in a value, the whole left out. */
function placesIn(value: unknown): { readonly parent: Tree; readonly key: string }[] {
  if (!isTree(value)) return [];
  return Object.keys(value).flatMap((key) => [
    { parent: value, key },
    ...placesIn((value as Record<string, unknown>)[key]),
  ]);
}

/** Marks where text of JSON that no value has is put in. */
const slot = "slot-of-text-4711";
const raw = (text: string) => ({ raw: text });
const isRaw = (value: unknown): value is { readonly raw: string } => isTree(value) && "raw" in value;

const replacements = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, 0, -1, 1.5, "", [], {}, [null], { a: 1 }),
  oddText,
  secretText,
  fc.oneof(jsonNumbers, fc.constantFrom(deepArray, deepObject, '{"__proto__":1}', '{"a":1,"a":2}')).map(raw),
);

/** What becomes of a valid example on its way through careless hands: one or a few places of it, changed. */
export function mutated(example: unknown): fc.Arbitrary<string> {
  const change = fc.record({
    at: fc.nat(),
    how: fc.constantFrom("delete", "replace", "duplicate", "add", "wrap"),
    value: replacements,
    key: fc.oneof(fc.constantFrom("__proto__", "constructor", "a", "toString", "then"), fc.string({ maxLength: 20 })),
  });
  return fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) => {
    const holder = { whole: structuredClone(example) };
    const texts: string[] = [];
    for (const { at, how, value, key } of changes) {
      const places = placesIn(holder).filter(({ key: name }) => !name.startsWith(slot));
      const place = places[at % places.length];
      if (!place) continue;
      const parent = place.parent as Record<string, unknown>;
      const kept = isRaw(value) ? `${slot}${texts.push(value.raw) - 1}` : structuredClone(value);
      if (how === "delete" && place.key !== "whole") delete parent[place.key];
      else if (how === "wrap") parent[place.key] = [parent[place.key]];
      else if (how === "add" && isTree(parent[place.key]))
        Object.defineProperty(parent[place.key], key, {
          value: kept,
          enumerable: true,
          configurable: true,
          writable: true,
        });
      else if (how === "duplicate" && !Array.isArray(parent) && place.key !== "whole")
        parent[`${slot}${texts.push(`${JSON.stringify(place.key)}:${JSON.stringify(kept) ?? "null"}`) - 1}`] = "key";
      else parent[place.key] = kept;
    }
    const text = JSON.stringify(holder.whole) ?? "null";
    return texts.reduceRight(
      (written, piece, index) =>
        written.replace(`"${slot}${index}":"key"`, () => piece).replace(`"${slot}${index}"`, () => piece),
      text,
    );
  });
}

/** The same value with the keys of every object in another order. */
export function reordered(value: unknown): fc.Arbitrary<unknown> {
  if (Array.isArray(value)) return fc.tuple(...value.map(reordered));
  if (!isTree(value)) return fc.constant(value);
  const entries = Object.entries(value);
  const inner = fc.tuple(...entries.map(([, entry]) => reordered(entry)));
  const order = fc.shuffledSubarray(
    entries.map((_, index) => index),
    { minLength: entries.length },
  );
  return fc
    .tuple(inner, order)
    .map(([values, indexes]) => Object.fromEntries(indexes.map((index) => [entries[index]?.[0] ?? "", values[index]])));
}
