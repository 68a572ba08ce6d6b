import { cut } from "./table.ts";
import type { Terminal } from "./terminal.ts";

/** Lines at the bottom of a terminal that are drawn again and again. Without a terminal nothing is drawn. */
export class LiveLines {
  readonly #terminal: Pick<Terminal, "out" | "isTty" | "columns">;
  #drawn = 0;

  constructor(terminal: Pick<Terminal, "out" | "isTty" | "columns">) {
    this.#terminal = terminal;
  }

  draw(lines: readonly string[]): void {
    if (!this.#terminal.isTty) return;
    this.#terminal.out(`${this.#erasure()}${lines.map((line) => `${line}\n`).join("")}`);
    this.#drawn = lines.length;
  }

  /** Lines that stay, above the live ones, which have to be drawn again. */
  print(lines: readonly string[]): void {
    if (lines.length > 0) this.#terminal.out(`${this.#erasure()}${lines.map((line) => `${line}\n`).join("")}`);
  }

  clear(): void {
    if (this.#drawn > 0) this.#terminal.out(this.#erasure());
  }

  /** One unstyled line, no wider than the terminal, so that the count of lines is right. */
  fit(line: string): string {
    return cut(line, this.#terminal.columns());
  }

  #erasure(): string {
    const up = this.#drawn > 0 ? `\u001b[${this.#drawn}A\u001b[J` : "";
    this.#drawn = 0;
    return up;
  }
}
