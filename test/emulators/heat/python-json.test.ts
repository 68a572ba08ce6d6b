import { describe, expect, it } from "vitest";
import { isFalsy, parsePythonJson, pythonJson, pythonText } from "../../../emulators/heat/python-json.ts";

describe("JSON as Python has it", () => {
  it.each([
    ["", "Expecting value: line 1 column 1 (char 0)"],
    ["nope", "Expecting value: line 1 column 1 (char 0)"],
    ['{"a": ', "Expecting value: line 1 column 7 (char 6)"],
    ["{", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"],
    ["{'a': 1}", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"],
    ['{"a" 1}', "Expecting ':' delimiter: line 1 column 6 (char 5)"],
    ['{"a": 1 "b": 2}', "Expecting ',' delimiter: line 1 column 9 (char 8)"],
    ["[1 2]", "Expecting ',' delimiter: line 1 column 4 (char 3)"],
    ["[1,\n 2,\n x]", "Expecting value: line 3 column 2 (char 9)"],
    ['{"a": "b', "Unterminated string starting at: line 1 column 7 (char 6)"],
    ['{"a": "b\nc"}', "Invalid control character at: line 1 column 9 (char 8)"],
    ['{"a": "\\x"}', "Invalid \\escape: line 1 column 8 (char 7)"],
    ['{"a": "\\u12"}', "Invalid \\uXXXX escape: line 1 column 9 (char 8)"],
    ["{} {}", "Extra data: line 1 column 4 (char 3)"],
    ['{"a": 1,}', "Expecting property name enclosed in double quotes: line 1 column 9 (char 8)"],
    ["[1,]", "Expecting value: line 1 column 4 (char 3)"],
    ['{"a": "\\', "Unterminated string starting at: line 1 column 7 (char 6)"],
    ['{"a": {"b": []}, "c": [{}, "d"]', "Expecting ',' delimiter: line 1 column 32 (char 31)"],
  ])("says of %j: %s", (text, problem) => {
    expect(parsePythonJson(text)).toEqual({ problem });
  });

  it("reads what is right", () => {
    expect(parsePythonJson(' {"a": [1, -2.5e3, null, true, "\\u00e9"]} ')).toEqual({
      value: { a: [1, -2500, null, true, "é"] },
    });
  });

  it.each([
    [{ a: [1, "é", null, { b: true }], c: undefined, d: {} }, '{"a": [1, "\\u00e9", null, {"b": true}], "d": {}}'],
    ["\u007f🚀\n", '"\\u007f\\ud83d\\ude80\\n"'],
    [[], "[]"],
  ])("writes %j", (value, text) => {
    expect(pythonJson(value)).toBe(text);
  });

  it.each([
    [null, "None"],
    [undefined, "None"],
    [true, "True"],
    [5, "5"],
    ["x", "x"],
    [{ a: ["b", null, false] }, "{'a': ['b', None, False]}"],
  ])("makes text of %j", (value, text) => {
    expect(pythonText(value)).toBe(text);
  });

  it("takes null and everything empty for nothing", () => {
    expect([null, undefined, "", 0, false, {}, []].map(isFalsy)).toEqual(Array(7).fill(true));
    expect(["x", 1, true, { a: null }, [0]].map(isFalsy)).toEqual(Array(5).fill(false));
  });
});
