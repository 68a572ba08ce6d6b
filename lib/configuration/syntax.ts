/**
 * Where JSON text goes wrong. The message of `JSON.parse` names no place when it quotes the text, and what it quotes may be a
 * secret; and of two equal keys it takes the last silently, which loses a whole connection.
 */
export interface SyntaxProblem {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units. */
  readonly column: number;
  readonly message: string;
}

const maxDepth = 64;
const whitespace = /[ \t\n\r]*/y;
const escapeSequence = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const scalar = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y;

interface Mark {
  readonly at: number;
  readonly message: string;
}

class Stop extends Error {
  readonly at: number;
  constructor(at: number, expected: string) {
    super(`expected ${expected}`);
    this.at = at;
  }
}

/** The first syntax error, or every key that cannot keep its meaning; none when `JSON.parse` loses nothing. */
export function syntaxProblems(text: string): readonly SyntaxProblem[] {
  const marks: Mark[] = [];
  try {
    scanDocument(text, marks);
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    return [placed(text, { at: error.at, message: error.message })];
  }
  return marks.map((mark) => placed(text, mark));
}

function placed(text: string, { at, message }: Mark): SyntaxProblem {
  const before = text.slice(0, at).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1, message };
}

function scanDocument(text: string, marks: Mark[]): void {
  let at = 0;

  function match(pattern: RegExp): boolean {
    pattern.lastIndex = at;
    const found = pattern.test(text);
    if (found) at = pattern.lastIndex;
    return found;
  }

  function eat(character: string): boolean {
    if (text[at] !== character) return false;
    at += 1;
    match(whitespace);
    return true;
  }

  function value(depth: number): void {
    if (depth > maxDepth) throw new Stop(at, `at most ${maxDepth} levels of nesting`);
    if (eat("{")) {
      const keys = new Set<string>();
      entries("}", () => member(depth, keys));
    } else if (eat("[")) entries("]", () => value(depth + 1));
    else if (text[at] === '"') string();
    else if (!match(scalar)) throw new Stop(at, "a value (JSON has no comments and no comma after the last entry)");
    match(whitespace);
  }

  function entries(end: string, entry: () => void): void {
    if (eat(end)) return;
    do entry();
    while (eat(","));
    if (!eat(end)) throw new Stop(at, `a comma or ${end}`);
  }

  function member(depth: number, keys: Set<string>): void {
    const start = at;
    if (text[at] !== '"') throw new Stop(at, "a key in double quotes (JSON has no comma after the last entry)");
    const key: unknown = JSON.parse(string());
    if (typeof key !== "string" || keys.has(key)) marks.push({ at: start, message: "got the same key a second time" });
    else keys.add(key);
    if (key === "__proto__") marks.push({ at: start, message: "got the key __proto__, which means nothing here" });
    match(whitespace);
    if (!eat(":")) throw new Stop(at, "a colon after the key");
    value(depth + 1);
  }

  function string(): string {
    const start = at;
    at += 1;
    for (let character = text[at]; character !== '"'; character = text[at]) {
      if (character === undefined || character < " ") throw new Stop(start, 'a closing " on the same line');
      if (character !== "\\") at += 1;
      else if (!match(escapeSequence)) throw new Stop(at, "an escape such as \\\\ or \\n after the backslash");
    }
    at += 1;
    return text.slice(start, at);
  }

  match(whitespace);
  value(0);
  if (at < text.length) throw new Stop(at, "the end of the file here");
}
