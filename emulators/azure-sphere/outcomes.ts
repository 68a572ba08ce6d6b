import type { OutcomeScript } from "./scenario.ts";

/** An operation about to be created, for a predicate to judge. */
export interface NewOperation {
  readonly tenantId: string;
  readonly operationType: 5 | 7;
  readonly deviceGroupId: string | null;
  readonly imageIds: readonly string[];
}

export interface ScriptedOutcome extends OutcomeScript {
  readonly where?: (operation: NewOperation) => boolean;
}

/** A script or fault that was added: take it away again, or ask how often it was used. */
export interface Switch {
  remove(): void;
  hits(): number;
}

interface Entry {
  readonly script: ScriptedOutcome;
  hits: number;
}

/** Scripted ends of operations. The first one added that matches and is not used up decides. */
export class Outcomes {
  #entries: Entry[] = [];

  add(script: ScriptedOutcome): Switch {
    const entry: Entry = { script, hits: 0 };
    this.#entries.push(entry);
    return {
      remove: () => {
        this.#entries = this.#entries.filter((other) => other !== entry);
      },
      hits: () => entry.hits,
    };
  }

  clear(): void {
    this.#entries = [];
  }

  take(operation: NewOperation): OutcomeScript | null {
    const entry = this.#entries.find(
      ({ script, hits }) => hits < (script.times ?? Infinity) && matches(script, operation),
    );
    if (entry === undefined) return null;
    entry.hits += 1;
    return entry.script;
  }
}

function matches(script: ScriptedOutcome, operation: NewOperation): boolean {
  const { deviceGroupId, imageId } = script;
  return (
    (script.operationType ?? 5) === operation.operationType &&
    (deviceGroupId === undefined || same(deviceGroupId, operation.deviceGroupId)) &&
    (imageId === undefined || operation.imageIds.some((id) => same(imageId, id))) &&
    (script.where === undefined || script.where(operation))
  );
}

function same(a: string, b: string | null): boolean {
  return a.toLowerCase() === b?.toLowerCase();
}
