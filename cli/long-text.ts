import { cut, shown } from "./table.ts";

/** A longer text of a provider is cut where people read it. */
const maxLines = 20;
const maxLineCharacters = 200;

export interface ShownText {
  readonly lines: readonly string[];
  readonly isCut: boolean;
}

/** Text that a script wrote, which may be a megabyte and hold anything: so many lines of so many characters, and no control characters. */
export function boundedText(text: string): ShownText {
  const all = text.replace(/\r?\n$/, "").split("\n", maxLines + 1);
  const first = all.slice(0, maxLines).map((line) => shown(line.slice(0, maxLineCharacters + 1)));
  const isCut = all.length > maxLines || first.some((line) => line.length > maxLineCharacters);
  return { lines: first.map((line) => cut(line, maxLineCharacters)), isCut };
}
