import { setTimeout as sleep } from "node:timers/promises";
import type { Context } from "./context.ts";
import { ageOf, childLine, childrenText, entryLine, outcomeLine, remarkOf, shortId, stateOf } from "./describe.ts";
import { exitCodes } from "./exit-codes.ts";
import { EndedChildren } from "./follow-children.ts";
import { LiveLines } from "./live.ts";
import { allOperations } from "./pages.ts";
import type { Session } from "./session.ts";
import { type Entry, historyShape, type Operation, operationShape } from "./shapes.ts";
import { shown } from "./table.ts";

const waitSeconds = 10;
const lookEveryMs = 1_000;

export function exitCodeOfOutcome(operation: Operation): number {
  return operation.outcome === "succeeded" ? exitCodes.ok : exitCodes.otherwise;
}

export interface Followers {
  /** Told of everything new that an operation's history says. */
  readonly onEntry?: (entry: Entry) => void;
  /** Told once of each part of a parent that has ended. */
  readonly onChild?: (child: Operation) => void;
  /** Told of the operation itself whenever it was looked at. */
  readonly onLook?: (operation: Operation) => void;
}

/** Waits until the operation has ended, and tells what happens meanwhile. */
export async function followOperation(
  session: Session,
  id: string,
  { onEntry, onChild, onLook }: Followers = {},
): Promise<Operation> {
  const told = new Set<string>();
  const children = new EndedChildren(session);
  let since: string | undefined;
  for (;;) {
    const query = since === undefined ? {} : { since, wait: waitSeconds };
    const operation = await session.client.get(`/operations/${id}`, operationShape, query);
    if (operation["forgotten"] === true) return operation;
    const { history } = await session.client.get(`/operations/${id}/history`, historyShape);
    for (const entry of history) {
      const key = JSON.stringify(entry);
      if (!told.has(key)) onEntry?.(entry);
      told.add(key);
    }
    if (onChild) for (const child of await children.newIn(operation)) onChild(child);
    onLook?.(operation);
    if (operation.state === "ended") return operation;
    since = operation.updatedAt;
  }
}

/** Follows one operation on the terminal: a line for each thing that happens, and what it waits for below. */
export async function showOperation(context: Context, session: Session, id: string): Promise<Operation> {
  const { terminal, style, json } = context;
  const live = new LiveLines(terminal);
  let latest = "";
  const draw = () => live.draw(latest === "" ? [] : [style.faint(live.fit(latest))]);
  const beat = terminal.isTty && !json ? setInterval(draw, lookEveryMs) : undefined;
  try {
    const operation = await followOperation(session, id, {
      onEntry(entry) {
        context.data({ kind: "entry", operation: id, ...entry });
        if (json) return;
        live.print([entryLine(id, entry, style, terminal.columns())]);
        latest = `… ${entry.what}${entry.detail === undefined ? "" : `: ${shown(entry.detail)}`}`;
        draw();
      },
      onChild(child) {
        context.data({ kind: "child", operation: child });
        if (!json) live.print([childLine(child, style, terminal.columns())]);
      },
      onLook({ children }) {
        if (children === undefined || json) return;
        latest = `… ${childrenText(children)}`;
        draw();
      },
    });
    live.clear();
    context.lines([outcomeLine(operation, style)]);
    context.data({ kind: "operation", operation });
    return operation;
  } finally {
    clearInterval(beat);
  }
}

/** Follows everything that is active until nothing is any more. @returns the exit code */
export async function showAll(context: Context, session: Session): Promise<number> {
  const { style, json, terminal } = context;
  const live = new LiveLines(terminal);
  const seen = new Map<string, string | undefined>();
  let exitCode: number = exitCodes.ok;
  for (;;) {
    const askedAtMs = performance.now();
    const operations = await allOperations(session, { state: "active" });
    const tookMs = performance.now() - askedAtMs;
    const active = new Set(operations.map(({ id }) => id));
    for (const operation of operations) {
      if (seen.has(operation.id) && seen.get(operation.id) === operation.updatedAt) continue;
      seen.set(operation.id, operation.updatedAt);
      context.data({ kind: "operation", operation });
      if (!json)
        live.print([live.fit(`${shortId(operation.id)}  ${stateOf(operation)}  ${shown(remarkOf(operation))}`)]);
    }
    for (const id of [...seen.keys()].filter((each) => !active.has(each))) {
      seen.delete(id);
      const operation = await session.client.get(`/operations/${id}`, operationShape);
      context.data({ kind: "operation", operation });
      if (!json) live.print([outcomeLine(operation, style)]);
      exitCode = Math.max(exitCode, exitCodeOfOutcome(operation));
    }
    if (operations.length === 0) break;
    const oldest = operations.at(-1)?.createdAt;
    if (!json)
      live.draw([style.faint(live.fit(`… ${operations.length} active, the oldest for ${ageOf(oldest, Date.now())}`))]);
    // Many pages are asked for no more than half of the time.
    await sleep(Math.max(lookEveryMs, tookMs));
  }
  live.clear();
  return exitCode;
}
