import { describe, expect, test } from "vitest";
import { cut, fieldLines, shown, tableLines } from "../../cli/table.ts";
import { styleOf } from "../../cli/terminal.ts";
import { readEnvironment } from "../../lib/configuration/environment.ts";

const plain = styleOf({ isTty: false, environment: readEnvironment({}) });
const rows = [
  ["a", "first", "x".repeat(50)],
  ["bb", "second", "short"],
];

describe("a table", () => {
  test("cuts the right column, and no other as long as there is room", () => {
    const lines = tableLines(["ID", "NAME", "REMARK"], rows, plain, 30);
    expect(lines).toEqual(["ID  NAME    REMARK", `a   first   ${"x".repeat(17)}…`, "bb  second  short"]);
  });

  test("is never wider than the terminal", () => {
    for (let width = 1; width < 70; width += 1) {
      for (const line of tableLines(["ID", "NAME", "REMARK"], rows, plain, width))
        expect(line.length).toBeLessThanOrEqual(width);
    }
  });

  test("cuts nothing without a terminal", () => {
    expect(tableLines(["ID", "NAME", "REMARK"], rows, plain, undefined)[1]).toBe(`a   first   ${"x".repeat(50)}`);
  });

  test("shows no control characters of what came from outside", () => {
    const [, line] = tableLines(["A"], [["\u001b[2J\nwipe"]], plain, undefined);
    expect(line).toBe(" [2J wipe");
  });
});

test("fields stand in two columns, without the absent ones", () => {
  expect(
    fieldLines(
      [
        ["id", "1"],
        ["reason", undefined],
        ["outcome", { text: "failed" }],
      ],
      plain,
    ),
  ).toEqual(["id       1", "outcome  failed"]);
});

test("a cut text says so", () => {
  expect(cut("abcdef", 4)).toBe("abc…");
  expect(cut("abcd", 4)).toBe("abcd");
  expect(cut("abcd", 0)).toBe("");
  expect(shown("a\r\nb\tc")).toBe("a b c");
});
