import { exitCodes } from "../exit-codes.ts";
import { CommandError } from "../failure.ts";
import { type Handoff, handoffShape } from "../shapes.ts";
import { shown } from "../table.ts";
import type { Client } from "../transport.ts";
import { isAsked, isMinted } from "./describe.ts";

const waitSeconds = 10;

export const pathOf = (id: string): string => `/handoffs/${encodeURIComponent(id)}`;

/** Tells of each change until there is no more to wait for. */
export async function lookUntil(
  client: Client,
  id: string,
  isDone: (handoff: Handoff) => boolean,
  { onLook, signal }: { readonly onLook?: (handoff: Handoff) => void; readonly signal: AbortSignal },
): Promise<Handoff> {
  let since: string | undefined;
  for (;;) {
    const query = since === undefined ? {} : { since, wait: waitSeconds };
    const handoff = await client.get(pathOf(id), handoffShape, query, signal);
    // In this process an answer comes all the same, and at once.
    signal.throwIfAborted();
    onLook?.(handoff);
    if (isDone(handoff)) return handoff;
    since = handoff.updatedAt;
  }
}

/** After a word "ready": whether it has come to something, or never will. */
export function isSettled(handoff: Handoff): boolean {
  return handoff.phase === "ended" || isMinted(handoff) || isTaken(handoff) || isAsked(handoff);
}

/** Somebody else was faster: it was fetched after the word. */
function isTaken({ ready, fetched }: Handoff): boolean {
  return ready !== undefined && fetched !== undefined && Date.parse(fetched.at) > Date.parse(ready.at);
}

/** Why nothing was minted for the one who stands there. */
export function notMinted(handoff: Handoff): CommandError {
  const { phase, outcome, reason, code, fetched, waitingFor, next } = handoff;
  const fail = (found: string, failureCode: string) =>
    new CommandError(`Expected something to fetch, got ${found}`, exitCodes.otherwise, failureCode);
  if (phase === "ended") {
    const why = reason === undefined ? "" : ` (${shown(reason)})`;
    const hasRemedy = reason?.includes(next) === true;
    return fail(
      `an operation that ended as ${outcome}${why}${hasRemedy ? "" : `: ${next}`}`,
      code ?? "operation-ended",
    );
  }
  if (isTaken(handoff))
    return fail(`one that ${fetched?.by} has fetched meanwhile: ask ${fetched?.by}`, "fetched-by-another");
  return fail(`none (${shown(waitingFor?.detail ?? "it waits again")}): ${next}`, waitingFor?.code ?? "not-minted");
}
