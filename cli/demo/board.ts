import { describeDuration } from "../../lib/contracts/duration.ts";
import { eventLine } from "../commands/events.ts";
import type { Context } from "../context.ts";
import { remarkOf, stateOf } from "../describe.ts";
import { LiveLines } from "../live.ts";
import type { Operation, StoredEventAnswer } from "../shapes.ts";
import { type Cell, tableLines } from "../table.ts";
import { styledState } from "../terminal.ts";
import type { DemoCase } from "./cases.ts";
import type { CallCounts } from "./cloud.ts";

export interface DemoResult extends CallCounts {
  readonly demoCase: DemoCase;
  readonly operation: Operation;
  readonly ok: boolean;
}

/** Shows a run: a table that is drawn anew on a terminal, lines without one, JSON lines for programs. */
export class Board {
  readonly #context: Context;
  readonly #live: LiveLines;

  constructor(context: Context) {
    this.#context = context;
    this.#live = new LiveLines(context.terminal);
  }

  say(kind: string, text: string, fields: Readonly<Record<string, unknown>> = {}): void {
    this.#context.data({ kind, text, ...fields });
    if (!this.#context.json) this.#live.print([text]);
  }

  event(stored: StoredEventAnswer, name: string): void {
    this.#context.data({ kind: "event", request: name, ...stored });
    if (this.#context.json || this.#context.terminal.isTty) return;
    this.#live.print([`${name.padEnd(14)} ${eventLine(stored, this.#context)}`]);
  }

  /** On a terminal only. */
  draw(rows: readonly (readonly [DemoCase, Operation | undefined])[], nowMs: number): void {
    const { json, style, terminal } = this.#context;
    if (json || !terminal.isTty) return;
    const cells = rows.map(([demoCase, operation]) => [
      demoCase.name,
      operation ? this.#state(stateOf(operation)) : { text: "not sent yet", style: style.faint },
      operation?.createdAt === undefined
        ? ""
        : describeDuration(
            Math.max(
              0,
              Date.parse(operation.endedAt ?? new Date(nowMs).toISOString()) - Date.parse(operation.createdAt),
            ),
          ),
      operation ? remarkOf(operation) : demoCase.story,
    ]);
    this.#live.draw(tableLines(["REQUEST", "STATE", "FOR", "REMARK"], cells, style, terminal.columns()));
  }

  close(
    results: readonly DemoResult[],
    completions: readonly StoredEventAnswer[],
    summary: Readonly<Record<string, unknown>>,
  ): void {
    this.#live.clear();
    const { json, style, terminal } = this.#context;
    for (const { demoCase, operation, ok, ...counts } of results) {
      const { id, outcome, createdAt, endedAt, reason } = operation;
      const tookMs = tookMsOf(operation);
      this.#context.data({
        kind: "result",
        request: demoCase.name,
        id,
        outcome,
        expected: demoCase.expected,
        ok,
        reason,
        createdAt,
        endedAt,
        tookMs,
        ...counts,
      });
    }
    this.#context.data({ kind: "summary", ...summary });
    if (json) return;
    // 80 columns hold it all: an outcome that was expected is not spelt twice.
    const rows = results.map(({ demoCase, operation, calls, creates, effects }) => [
      demoCase.name,
      this.#state(stateOf(operation)),
      operation.outcome === demoCase.expected ? "as expected" : { text: demoCase.expected, style: style.bad },
      describeDuration(tookMsOf(operation)),
      String(calls),
      String(creates),
      { text: String(effects), style: effects === 1 ? style.good : style.bad },
    ]);
    const head = ["REQUEST", "OUTCOME", "EXPECTED", "TOOK", "CALLS", "CREATES", "EFFECTS"];
    this.#context.lines([
      "",
      "Completion events:",
      ...completions.map((stored) => eventLine(stored, this.#context)),
      "",
      ...tableLines(head, rows, style, terminal.columns()),
      "",
    ]);
  }

  clear(): void {
    this.#live.clear();
  }

  #state(text: string): Cell {
    const { style } = this.#context;
    return { text, style: (padded) => padded.replace(text, () => styledState(style, text)) };
  }
}

function tookMsOf({ createdAt, endedAt }: Operation): number {
  return Date.parse(endedAt ?? "") - Date.parse(createdAt ?? "") || 0;
}
