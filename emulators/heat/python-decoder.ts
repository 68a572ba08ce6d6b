/** Where and what the first mistake of a text is that is known to be no JSON, in the words of Python's decoder. */
export function firstMistake(text: string): string {
  return new Decoder(text).problem();
}

class Malformed extends Error {}

class Decoder {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  problem(): string {
    try {
      this.#space();
      this.#value();
      this.#space();
      return this.#say("Extra data");
    } catch (error) {
      return error instanceof Malformed ? error.message : String(error);
    }
  }

  #value(): void {
    const next = this.#text[this.#at];
    if (next === '"') this.#string();
    else if (next === "{") this.#object();
    else if (next === "[") this.#array();
    else this.#literal();
  }

  #literal(): void {
    const literal = /(?:null|true|false|NaN|-?Infinity|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?)/y;
    literal.lastIndex = this.#at;
    const [found] = literal.exec(this.#text) ?? [];
    if (found === undefined) throw new Malformed(this.#say("Expecting value"));
    this.#at += found.length;
  }

  #object(): void {
    const expectName = "Expecting property name enclosed in double quotes";
    this.#step();
    if (this.#text[this.#at] === "}") {
      this.#at++;
      return;
    }
    for (;;) {
      if (this.#text[this.#at] !== '"') throw new Malformed(this.#say(expectName));
      this.#string();
      this.#space();
      if (this.#text[this.#at] !== ":") throw new Malformed(this.#say("Expecting ':' delimiter"));
      this.#step();
      this.#value();
      this.#space();
      if (this.#text[this.#at] === "}") {
        this.#at++;
        return;
      }
      if (this.#text[this.#at] !== ",") throw new Malformed(this.#say("Expecting ',' delimiter"));
      this.#step();
    }
  }

  #array(): void {
    this.#step();
    if (this.#text[this.#at] === "]") {
      this.#at++;
      return;
    }
    for (;;) {
      this.#value();
      this.#space();
      if (this.#text[this.#at] === "]") {
        this.#at++;
        return;
      }
      if (this.#text[this.#at] !== ",") throw new Malformed(this.#say("Expecting ',' delimiter"));
      this.#step();
    }
  }

  #string(): void {
    const begin = this.#at++;
    for (;;) {
      const next = this.#text[this.#at];
      if (next === undefined) throw new Malformed(this.#say("Unterminated string starting at", begin));
      if (next < " ") throw new Malformed(this.#say("Invalid control character at"));
      if (next === '"') {
        this.#at++;
        return;
      }
      if (next === "\\") this.#escape(begin);
      else this.#at++;
    }
  }

  #escape(begin: number): void {
    const known = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
    known.lastIndex = this.#at;
    const [found] = known.exec(this.#text) ?? [];
    if (found !== undefined) {
      this.#at += found.length;
      return;
    }
    const next = this.#text[this.#at + 1];
    if (next === undefined) throw new Malformed(this.#say("Unterminated string starting at", begin));
    if (next === "u") throw new Malformed(this.#say("Invalid \\uXXXX escape", this.#at + 1));
    throw new Malformed(this.#say("Invalid \\escape"));
  }

  #step(): void {
    this.#at++;
    this.#space();
  }

  #space(): void {
    while (/[ \t\n\r]/.test(this.#text[this.#at] ?? "")) this.#at++;
  }

  #say(problem: string, at = this.#at): string {
    const before = this.#text.slice(0, at).split("\n");
    return `${problem}: line ${before.length} column ${(before.at(-1)?.length ?? 0) + 1} (char ${at})`;
  }
}
