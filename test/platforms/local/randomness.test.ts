import { describe, expect, test } from "vitest";
import { createRandomness } from "../../../lib/platforms/randomness.ts";

describe("randomness", () => {
  test("gives identifiers of 128 bits that are safe in URLs, each once", () => {
    const randomness = createRandomness();
    const ids = Array.from({ length: 10_000 }, () => randomness.id());
    expect(new Set(ids).size).toBe(10_000);
    for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });

  test.each([1, 16, 31, 32, 10_000])("gives %i hex digits", (digits) => {
    expect(createRandomness().hex(digits)).toMatch(new RegExp(`^[0-9a-f]{${digits}}$`));
  });

  test("uses no byte of its source twice", () => {
    let next = 0;
    const counting = (size: number) => Buffer.from(Array.from({ length: size }, () => next++ % 256));
    const randomness = createRandomness(counting);
    const hex = Array.from({ length: 64 }, () => randomness.hex(8)).join("");
    expect(hex).toBe(Buffer.from(Array.from({ length: 256 }, (_, index) => index)).toString("hex"));
  });
});
