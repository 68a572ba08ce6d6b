import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { deadLetterBodyLength, decodeDeadLetter, encodeDeadLetter } from "../../lib/contracts/dead-letter.ts";
import { InvalidInputError } from "../../lib/contracts/errors.ts";
import { bodyOf } from "../../lib/contracts/kept-body.ts";

const letter = { queue: "inbox", id: "m-1", body: "{}", cause: "unreadable", receives: 5, at: 1_800_000_000_000 };

describe("a dead letter", () => {
  test("comes back as it was sent, whatever the message was", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (body) => {
        const wellFormed = body.toWellFormed();
        expect(decodeDeadLetter(encodeDeadLetter({ ...letter, body: wellFormed })).body).toBe(wellFormed);
      }),
    );
  });

  test("of a long message fits a queue and still can be read, even when every character needs escaping", () => {
    for (const character of ["x", "\u0000", "\u{1F40E}", "\ud800"]) {
      const body = character.repeat(deadLetterBodyLength + 10);
      const sent = encodeDeadLetter({ ...letter, body });
      expect(Buffer.byteLength(sent)).toBeLessThan(64 * 1024);
      expect(bodyOf(decodeDeadLetter(sent))).toBe(body.toWellFormed());
    }
  });

  test.each(["", "null", "{}", JSON.stringify({ ...letter, v: 2 }), JSON.stringify(letter)])("is not %j", (body) => {
    expect(() => decodeDeadLetter(body)).toThrow(InvalidInputError);
  });
});
