import { type Style, styledState } from "./terminal.ts";

export interface Cell {
  readonly text: string;
  /** Applied after everything was measured and cut. */
  readonly style?: (text: string) => string;
}

const gap = "  ";
const ellipsis = "…";

/** Control characters could move the cursor, hide text or turn it around, and line breaks would wrap: what comes from outside gets none of them. */
export function shown(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]+/gu, " ");
}

/** A state in its colour, wherever it stands in a table. */
export function stateCell(state: string, style: Style): Cell {
  return { text: state, style: (padded) => padded.replace(state, () => styledState(style, state)) };
}

/** At most `width` characters; without a width as it is. */
export function cut(text: string, width: number | undefined): string {
  if (width === undefined || text.length <= width) return text;
  return width <= 0 ? "" : `${text.slice(0, Math.max(0, width - 1))}${ellipsis}`;
}

/** Lines of a table. The right column is cut so that no line is wider than the terminal; nothing wraps. */
export function tableLines(
  head: readonly string[],
  rows: readonly (readonly (string | Cell)[])[],
  style: Style,
  width: number | undefined,
): string[] {
  const cells = rows.map((row) =>
    row.map((cell): Cell => (typeof cell === "string" ? { text: shown(cell) } : { ...cell, text: shown(cell.text) })),
  );
  const lines: Cell[][] = [head.map((text) => ({ text, style: style.faint })), ...cells];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.text.length ?? 0)));
  return lines.map((line) => lineOf(line, widths, width));
}

function lineOf(line: readonly Cell[], widths: readonly number[], width: number | undefined): string {
  let left = width;
  const parts: string[] = [];
  for (const [column, cell] of line.entries()) {
    const isLast = column === line.length - 1;
    const before = column === 0 ? "" : gap;
    const wanted = isLast ? cell.text : cell.text.padEnd(widths[column] ?? 0);
    const room = left === undefined ? undefined : left - before.length;
    if (room !== undefined && room <= 0) break;
    const text = cut(wanted, room);
    parts.push(before, cell.style && text.trim() !== "" ? cell.style(text) : text);
    if (left !== undefined) left -= before.length + text.length;
  }
  return parts.join("").trimEnd();
}

/** Lines of `name: value`, values in one column. Long values of a list go on in lines of their own. */
export function fieldLines(
  fields: readonly (readonly [name: string, value: string | Cell | undefined])[],
  style: Style,
): string[] {
  const present = fields.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
  const widest = Math.max(0, ...present.map(({ name }) => name.length));
  return present.map(({ name, value }) => {
    const cell: Cell = typeof value === "string" ? { text: value } : value;
    const text = shown(cell.text);
    return `${style.faint(name.padEnd(widest))}  ${cell.style ? cell.style(text) : text}`;
  });
}
