import type { Context } from "../context.ts";
import { LiveLines } from "../live.ts";
import type { Session } from "../session.ts";
import { type Handoff, handoffShape, readyShape } from "../shapes.ts";
import type { Client } from "../transport.ts";
import { isSettled, lookUntil, notMinted, pathOf } from "./await.ts";
import { isMinted, progressText } from "./describe.ts";

/** Says that somebody stands ready. */
export function sayReady({ client }: Session, id: string, note: string | undefined) {
  const path = `/operations/${encodeURIComponent(id)}/actions/ready`;
  return client.post(path, note === undefined ? {} : { note }, readyShape);
}

/**
 * Says it, waits until there is something to fetch, and shows what goes on meanwhile.
 * @throws CommandError when there will be nothing
 */
export async function readyAndMinted(
  context: Context,
  session: Session,
  id: string,
  { note, signal }: { readonly note: string | undefined; readonly signal: AbortSignal },
): Promise<Handoff> {
  const { client } = session;
  if (!session.isRunning) context.remark("No drover start holds the data folder: carrying on what is queued, here.");
  await session.work();
  const progress = new Progress(context);
  const onLook = (handoff: Handoff) => progress.tell(handoff);
  try {
    const { operation } = await begun(client, id, { onLook, signal });
    await sayReady(session, operation, note);
    const handoff = await lookUntil(client, operation, isSettled, { onLook, signal });
    if (isMinted(handoff)) return handoff;
    throw notMinted(handoff);
  } finally {
    progress.end();
  }
}

/** One that was submitted a moment ago has to be looked at by Drover first. */
async function begun(
  client: Client,
  id: string,
  looking: { readonly onLook: (handoff: Handoff) => void; readonly signal: AbortSignal },
): Promise<Handoff> {
  const first = await client.get(pathOf(id), handoffShape, {}, looking.signal);
  if (first.phase !== "not-begun") return first;
  const handoff = await lookUntil(client, first.operation, ({ phase }) => phase !== "not-begun", looking);
  if (handoff.phase === "ended") throw notMinted(handoff);
  return handoff;
}

/** One line on a terminal, and a line for each change elsewhere; on stderr, as it is not the result. */
class Progress {
  readonly #context: Context;
  readonly #live: LiveLines;
  #told = "";

  constructor(context: Context) {
    this.#context = context;
    const { err: out, errIsTty: isTty, columns } = context.terminal;
    this.#live = new LiveLines({ out, isTty, columns });
  }

  tell(handoff: Handoff): void {
    const text = progressText(handoff);
    if (isMinted(handoff) || text === this.#told || this.#context.json) return;
    this.#told = text;
    if (this.#context.terminal.errIsTty) this.#live.draw([this.#live.fit(text)]);
    else this.#context.remark(text);
  }

  end(): void {
    this.#live.clear();
  }
}
