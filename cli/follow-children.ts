import { setTimeout as sleep } from "node:timers/promises";
import { allOperations } from "./pages.ts";
import type { Session } from "./session.ts";
import type { Operation } from "./shapes.ts";

/** A parent with more parts than these is not looked through at each of its changes. */
const manyChildren = 50;
const restMs = 1_000;

/** The parts of one parent that have ended since the last look, in the order in which they did. */
export class EndedChildren {
  readonly #session: Session;
  readonly #told = new Set<string>();

  constructor(session: Session) {
    this.#session = session;
  }

  async newIn({ id, state, children }: Operation): Promise<readonly Operation[]> {
    const ended = Object.values(children?.ended ?? {}).reduce((sum, count) => sum + count, 0);
    if (children === undefined || ended <= this.#told.size) return [];
    if (children.total > manyChildren && state === "active") await sleep(restMs);
    const all = await allOperations(this.#session, { parent: id, state: "ended" });
    const fresh = all.filter((child) => !this.#told.has(child.id));
    for (const child of fresh) this.#told.add(child.id);
    return fresh.toSorted((a, b) => (a.endedAt ?? "").localeCompare(b.endedAt ?? ""));
  }
}
