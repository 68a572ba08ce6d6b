import { InvalidInputError } from "../../lib/contracts/errors.ts";
import { sha256Hex } from "../../lib/contracts/identifiers.ts";
import type { Clock, HandoffEntry, HandoffStore } from "../../lib/contracts/ports.ts";
import type { Io } from "./world.ts";

export interface KeptHandoff {
  readonly entry: HandoffEntry;
  readonly content: Uint8Array;
}

/** A handoff store that is durable whatever crashes: what it keeps is `stored`, which outlives it. */
export function memoryHandoffs(
  stored: Map<string, KeptHandoff>,
  clock: Pick<Clock, "now">,
  io: Io = unbroken,
): HandoffStore {
  const isOver = ({ entry }: KeptHandoff, nowMs: number) => nowMs >= entry.expiresAt;
  const living = (id: string) => {
    const kept = stored.get(known(id));
    return kept && !isOver(kept, clock.now()) ? kept : undefined;
  };
  return {
    put: (id, content, { fileName, expiresAt }) =>
      io("handoffs.put", () => {
        known(id);
        if (!fileNamePattern.test(fileName) || !(expiresAt > clock.now())) throw refusal("invalid-handoff");
        const entry = { id, fileName, expiresAt, bytes: content.length, sha256: sha256Hex(content) };
        // A copy: whoever puts it may wipe its own.
        stored.set(id, { entry, content: Uint8Array.from(content) });
        return entry;
      }),
    describe: (id) => io("handoffs.describe", () => living(id)?.entry),
    take: (id) =>
      io("handoffs.take", () => {
        const kept = living(id);
        stored.delete(id);
        return kept;
      }),
    remove: (id) => io("handoffs.remove", () => stored.delete(known(id))),
    expire: (nowMs) =>
      io("handoffs.expire", () => {
        const over = [...stored].filter(([, kept]) => isOver(kept, nowMs));
        for (const [id] of over) stored.delete(id);
        return over.length;
      }),
  };
}

const fileNamePattern = /^(?!\.{1,2}$)[^\p{Cc}/\\"]{1,300}$/u;

function known(id: string): string {
  if (/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$/.test(id)) return id;
  throw refusal("invalid-handoff-id");
}

function refusal(code: string): InvalidInputError {
  return new InvalidInputError("Expected a handoff that can be kept, got another one", { code });
}

/** As somebody sees it who never crashes. */
const unbroken: Io = (_label, apply) => Promise.resolve().then(apply);
