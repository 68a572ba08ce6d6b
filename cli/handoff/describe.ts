import type { Context } from "../context.ts";
import { shortId } from "../describe.ts";
import type { Handoff } from "../shapes.ts";
import { type Cell, cut, shown } from "../table.ts";

/** `4 min 58 s`; nothing is rounded up, since it is dead then. */
export function leftText(seconds: number): string {
  const left = Math.max(0, Math.floor(seconds));
  return left < 60 ? `${left} s` : `${Math.floor(left / 60)} min ${left % 60} s`;
}

export const bytesText = (bytes: number): string => `${bytes.toLocaleString("en")} bytes`;

/** With a name that may begin with anything, and stand in a shell. */
export const fetchCommand = ({ operation, next, fileName = "" }: Handoff): string =>
  next.startsWith("drover handoff fetch") ? next : `drover handoff fetch ${operation} --out ${fileName}`;

/** Whether somebody has to say that he stands ready. */
export const isAsked = ({ operation, next }: Handoff): boolean => next === `drover handoff ready ${operation}`;

/** Whether there is something to fetch. */
export const isMinted = ({ phase, fetched, secondsLeft = 0 }: Handoff): boolean =>
  phase === "offered" && fetched === undefined && secondsLeft > 0;

const doing: Readonly<Record<Handoff["phase"], string>> = {
  "not-begun": "it has not begun",
  awaiting: "it is about to be minted",
  minting: "it is being minted",
  offered: "it was minted",
  following: "what was fetched before is looked after first",
  removing: "what nobody has used is removed first",
  finishing: "it is about to end",
  ended: "it has ended",
};

/** What goes on while somebody stands there and waits. */
export function progressText(handoff: Handoff): string {
  const { phase, waitingFor } = handoff;
  const about = waitingFor && !isAsked(handoff) ? `: ${shown(waitingFor.detail)}` : "";
  return `… ${doing[phase]}${about}`;
}

/** Whom or what it waits for, in a table. */
export function waitsFor(handoff: Handoff): string {
  const { phase, waitingFor, reason } = handoff;
  if (phase === "ended") return reason ?? "nothing any more";
  if (isAsked(handoff)) return `somebody who stands ready${waitingFor ? ` (${waitingFor.code})` : ""}`;
  if (isMinted(handoff)) return "somebody who fetches it";
  if (waitingFor) return waitingFor.detail;
  return phase === "following" ? "the device" : "Drover";
}

/** What is offered: never more than this of it. */
export function offeredFields(handoff: Handoff): (readonly [string, string | Cell | undefined])[] {
  const { fileName, bytes, sha256, expiresAt } = handoff;
  return [
    ["file", fileName],
    ["size", bytes === undefined ? undefined : bytesText(bytes)],
    ["SHA-256", sha256],
    ["good until", isMinted(handoff) ? expiresAt : undefined],
  ];
}

/** All that `handoff show` says. */
export function fieldsOf(handoff: Handoff, { style }: Pick<Context, "style">) {
  const { operation, type, connection, phase, what, ready, fetched, instructions, secondsLeft } = handoff;
  const { waitingFor, outcome, reason, deadline, next } = handoff;
  const fields: (readonly [string, string | Cell | undefined])[] = [
    ["operation", operation],
    ["type", type],
    ["connection", connection],
    ["what", what],
    ["phase", { text: phase, style: phase === "ended" ? style.faint : style.strong }],
    ...offeredFields(handoff),
    ["left", isMinted(handoff) ? leftText(secondsLeft ?? 0) : undefined],
    ["ready", ready && `${ready.by} at ${ready.at}`],
    ["fetched", fetched && `by ${fetched.by} at ${fetched.at}, with ${leftText(fetched.secondsLeft)} left`],
    ["waits for", waitingFor?.detail],
    ["outcome", outcome],
    ["reason", reason],
    ["deadline", phase === "ended" ? undefined : deadline],
    ["what to do", phase === "ended" ? undefined : instructions],
    ["next", next],
  ];
  return fields;
}

/** Above the table's columns, the device or the template that it is for. */
export function subjectOf(fields: Readonly<Record<string, unknown>> | undefined): string {
  const { device, templateName } = fields ?? {};
  if (typeof templateName === "string") return templateName;
  const name = typeof device === "object" && device !== null && "Name" in device ? device.Name : "";
  return typeof name === "string" ? name : "";
}

export const shownId = ({ operation }: Handoff): string => shortId(operation);

export const fitted = (text: string, width: number | undefined): string => cut(shown(text), width);
