import { describeDuration } from "../../lib/contracts/duration.ts";
import { eventLine } from "../commands/events.ts";
import type { Context } from "../context.ts";
import { remarkOf, stateOf } from "../describe.ts";
import { LiveLines } from "../live.ts";
import type { Operation, StoredEventAnswer } from "../shapes.ts";
import { stateCell, tableLines } from "../table.ts";
import { type DemoCase, expectedEffects } from "./cases.ts";
import type { CallCounts, HandedOver } from "./counts.ts";
import type { Served } from "./dps-cloud.ts";
import type { Runs } from "./heat-cloud.ts";

export interface DemoResult extends CallCounts {
  readonly demoCase: DemoCase;
  readonly operation: Operation;
  readonly ok: boolean;
  /** Of a Heat. */
  readonly runs?: Runs;
  /** Of a rotation: how a program fared that used the key meanwhile. */
  readonly served?: Served;
  /** Of what is handed over, when somebody came for it. */
  readonly handedOver?: HandedOver;
  /** Of what nobody came for: whether it was taken back. */
  readonly removed?: boolean;
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
    // Twenty servers would fill the screen with what went well.
    const { data } = stored.event;
    if (data.parent !== undefined && (data.outcome === undefined || data.outcome === "succeeded")) return;
    this.#live.print([`${name.padEnd(15)} ${eventLine(stored, this.#context)}`]);
  }

  /** On a terminal only. */
  draw(rows: readonly (readonly [DemoCase, Operation | undefined])[], nowMs: number): void {
    const { json, style, terminal } = this.#context;
    if (json || !terminal.isTty) return;
    const cells = rows.map(([demoCase, operation]) => [
      demoCase.name,
      operation ? stateCell(stateOf(operation), style) : { text: "not sent yet", style: style.faint },
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
    const rows = results.map(({ demoCase, operation, ok, calls, creates, effects }) => [
      demoCase.name,
      stateCell(stateOf(operation), style),
      operation.outcome === demoCase.expected ? "as expected" : { text: demoCase.expected, style: style.bad },
      describeDuration(tookMsOf(operation)),
      String(calls),
      String(creates),
      {
        text: effects === expectedEffects(demoCase) ? String(effects) : `${effects}, not ${expectedEffects(demoCase)}`,
        style: ok ? style.good : style.bad,
      },
    ]);
    const head = ["REQUEST", "OUTCOME", "EXPECTED", "TOOK", "CALLS", "CREATES", "EFFECTS"];
    this.#context.lines([
      "",
      "Completion events:",
      ...completions.map((stored) => eventLine(stored, this.#context)),
      "",
      ...tableLines(head, rows, style, terminal.columns()),
      "",
      ...results.flatMap(({ demoCase, runs }) => (runs ? [`${demoCase.name.padEnd(15)} ${runsText(runs)}`] : [])),
      ...results.flatMap(({ demoCase, served }) =>
        served ? [`${demoCase.name.padEnd(15)} ${servedText(served)}`] : [],
      ),
      ...results.flatMap(({ demoCase, ...result }) => {
        const text = handedOverText(result);
        return text === undefined ? [] : [`${demoCase.name.padEnd(15)} ${text}`];
      }),
      "",
    ]);
  }

  clear(): void {
    this.#live.clear();
  }
}

/** As the emulator counted them. */
function runsText({ byServer, eachOnce, rowsLeft, configsLeft }: Runs): string {
  const counts = Object.entries(byServer);
  const left = `rows left over: ${rowsLeft}, configs left over: ${configsLeft}`;
  const of = counts.length === 1 ? "1 server" : `${counts.length} servers`;
  const once = counts.length === 1 ? "the script ran exactly once" : "each script ran exactly once on each server";
  if (eachOnce) return `${of}: ${once}, ${left}`;
  const others = counts.filter(([, count]) => count !== 1).map(([server, count]) => `${server} ran ${count}`);
  return `${of}: not once on each (${others.join(", ")}), ${left}`;
}

function servedText({ served, refused }: Served): string {
  const calls = `a program signed ${served + refused} calls with the key that was published`;
  return refused === 0 ? `${calls}: every one was served` : `${calls}: ${refused} were refused`;
}

function handedOverText({ handedOver, removed }: Pick<DemoResult, "handedOver" | "removed">): string | undefined {
  if (removed !== undefined) {
    return `nobody came for it: the device that was made was ${removed ? "removed" : "left there"}`;
  }
  if (!handedOver) return undefined;
  const { secondsLeft, secondFetch, pluggedIn } = handedOver;
  const taken = pluggedIn === undefined ? "" : `, and the appliance ${pluggedIn ? "took" : "refused"} it`;
  return `fetched once, ${secondsLeft} s before it died; a second fetch was answered ${secondFetch}${taken}`;
}

function tookMsOf({ createdAt, endedAt }: Operation): number {
  return Date.parse(endedAt ?? "") - Date.parse(createdAt ?? "") || 0;
}
