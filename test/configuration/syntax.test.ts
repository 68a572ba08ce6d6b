import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { syntaxProblems } from "../../lib/configuration/syntax.ts";

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** JSON with a few characters removed, doubled or replaced: mostly almost JSON. */
const almostJson = fc
  .tuple(
    fc.json({ maxDepth: 4 }),
    fc.array(
      fc.tuple(fc.nat(), fc.constantFrom("", ",", '"', "{", "}", "[", "]", "\\", "1", "e", "-", ".", "\n", ":")),
      {
        maxLength: 3,
      },
    ),
    fc.boolean(),
  )
  .map(([json, edits, insert]) =>
    edits.reduce((text, [position, character]) => {
      const at = position % (text.length + 1);
      return text.slice(0, at) + character + text.slice(insert ? at : at + 1);
    }, json),
  );

const isLoss = (message: string) => message.startsWith("got ");

describe("syntax problems", () => {
  test("are found exactly where JSON.parse refuses the text", () => {
    fc.assert(
      fc.property(fc.oneof(almostJson, fc.string(), fc.json()), (text) => {
        const errors = syntaxProblems(text).filter(({ message }) => !isLoss(message));
        expect(errors.length === 0).toBe(isJson(text));
      }),
      { numRuns: 5_000 },
    );
  });

  test("lie inside the text and never quote it", () => {
    fc.assert(
      fc.property(almostJson, (text) => {
        const lines = text.split("\n");
        for (const { line, column, message } of syntaxProblems(text)) {
          expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? -1) + 1);
          expect(message).toMatch(/^(expected|got) (a |at most 64 |an escape |the )/);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test("are none in what JSON.stringify wrote", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(0, 2), (value, indent) => {
        fc.pre(!JSON.stringify(value).includes("__proto__"));
        expect(syntaxProblems(JSON.stringify(value, null, indent))).toEqual([]);
      }),
    );
  });
});
