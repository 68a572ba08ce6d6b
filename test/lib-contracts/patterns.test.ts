import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { matchesAny } from "../../lib/contracts/patterns.ts";

describe("a pattern", () => {
  test.each([
    ["drover.*.deploy", "drover.heat.deploy", true],
    ["drover.*.deploy", "drover.heat.deploy.more", false],
    ["drover.*.deploy", "drover.deploy", false],
    ["/ci/*", "/ci/", true],
    ["/ci/*", "/cif", false],
    ["*", "", true],
    ["", "", true],
    ["a*a", "a", false],
    ["a*b*c", "aXbYc", true],
    ["a*b*c", "acb", false],
    ["*b*b*", "ab", false],
    ["exact", "exact", true],
    ["exact", "EXACT", false],
    ["a.c", "abc", false],
  ])("%s and %s: %s", (pattern, text, expected) => {
    expect(matchesAny([pattern], text)).toBe(expected);
  });

  test("means what the regular expression means that it stands for", () => {
    const letters = fc.string({ unit: fc.constantFrom("a", "b", "*", "."), maxLength: 8 });
    fc.assert(
      fc.property(letters, fc.string({ unit: fc.constantFrom("a", "b", "."), maxLength: 12 }), (pattern, text) => {
        const expression = pattern
          .split("*")
          .map((piece) => piece.replaceAll(".", "\\."))
          .join(".*");
        expect(matchesAny([pattern], text)).toBe(new RegExp(`^${expression}$`).test(text));
      }),
      { numRuns: 2_000 },
    );
  });

  test("takes no time that grows with its stars", () => {
    expect(matchesAny([`${"*a".repeat(100)}*`], "a".repeat(99))).toBe(false);
  });
});
