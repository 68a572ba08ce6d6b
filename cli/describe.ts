import { describeDuration } from "../lib/contracts/duration.ts";
import { outcomes } from "../lib/contracts/event.ts";
import type { Children, Entry, Operation } from "./shapes.ts";
import { cut, shown } from "./table.ts";
import { type Style, styledState } from "./terminal.ts";

/** Characters of an operation's id in tables: 60 bits, and every command takes it instead of the whole. */
export const shortIdLength = 12;
export const shortId = (id: string): string => id.slice(0, shortIdLength);

/** Time of day of a timestamp, local: what is read beside each other happens on one day. */
export function clockTime(iso: string): string {
  const date = new Date(iso);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** A provider's time as far as tables show it; some of them have no zone, and mean UTC. */
export function dateText(time: string | null | undefined): string {
  return (time ?? "").slice(0, 16).replace("T", " ");
}

export function ageOf(iso: string | undefined, nowMs: number): string {
  return iso === undefined ? "" : describeDuration(Math.max(0, nowMs - Date.parse(iso)));
}

/** Its outcome, or what it does instead of having one. */
export function stateOf(operation: Operation): string {
  if (operation.outcome !== undefined) return operation.outcome;
  if (operation.deadLetter !== undefined) return "stopped";
  if (operation.cancelRequested) return "cancelling";
  return operation.waitingFor ? `waiting: ${operation.waitingFor.code}` : "active";
}

/** What a part of a parent is for: a server, by the provider's id. */
export function targetOf({ parent, request }: Operation): string {
  const prefix = `${parent}/`;
  return request?.id.startsWith(prefix) ? request.id.slice(prefix.length) : (request?.id ?? "");
}

export function countsText(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([outcome, count]) => `${count} ${outcome}`)
    .join(", ");
}

/** Of a parent: `3 of 20 ended: 2 succeeded, 1 failed`. */
export function childrenText({ total, ended }: Children): string {
  const count = Object.values(ended).reduce((sum, each) => sum + each, 0);
  return `${count} of ${total} ended${count === 0 ? "" : `: ${countsText(ended)}`}`;
}

export function remarkOf(operation: Operation): string {
  if (operation.state === "ended") return operation.reason ?? "";
  if (operation.waitingFor) return operation.waitingFor.detail;
  const status = operation.provider?.status;
  return `${operation.step ?? ""}${status === undefined ? "" : `: ${status}`}`;
}

/** One line of what happened: time, operation, what, details. */
export function entryLine(id: string, entry: Entry, style: Style, width: number | undefined): string {
  const detail = [entry.detail, entry.requestId && `request ${entry.requestId}`].filter(Boolean).join(" · ");
  const head = `${clockTime(entry.at)}  ${shortId(id)}  ${entry.what.padEnd(14)}`;
  const rest = cut(shown(detail), width === undefined ? undefined : width - head.length - 2);
  const what = outcomes.some((outcome) => outcome === entry.what) ? styledState(style, entry.what) : entry.what;
  const padding = " ".repeat(Math.max(0, 14 - entry.what.length));
  return `${style.faint(clockTime(entry.at))}  ${shortId(id)}  ${what}${padding}  ${rest}`.trimEnd();
}

/** One line for a part of a parent that has ended. */
export function childLine(child: Operation, style: Style, width: number | undefined): string {
  const state = stateOf(child);
  const at = child.endedAt === undefined ? "        " : clockTime(child.endedAt);
  const head = `${at}  ${shortId(child.id)}  ${state.padEnd(9)}  ${shown(targetOf(child))}`;
  const reason = child.outcome === "succeeded" ? "" : `  ${shown(child.reason ?? "")}`;
  return cut(`${head}${reason}`, width).replace(state, () => styledState(style, state));
}

/** The closing line of an operation that was waited for. */
export function outcomeLine(operation: Operation, style: Style): string {
  const took =
    operation.createdAt !== undefined && operation.endedAt !== undefined
      ? ` after ${describeDuration(Date.parse(operation.endedAt) - Date.parse(operation.createdAt))}`
      : "";
  const reason = operation.reason === undefined ? "" : `: ${shown(operation.reason)}`;
  return `${shortId(operation.id)}  ${styledState(style, operation.outcome ?? operation.state)}${took}${reason}`;
}
