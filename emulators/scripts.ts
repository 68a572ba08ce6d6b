import type { Switch } from "./switch.ts";

interface Entry<Script> {
  readonly script: Script;
  hits: number;
}

/** Scripted ends of what is to come. The first one added that matches and is not used up decides. */
export class Scripts<Script extends { readonly times?: number }, Subject> {
  readonly #matches: (script: Script, subject: Subject) => boolean;
  #entries: Entry<Script>[] = [];

  constructor(matches: (script: Script, subject: Subject) => boolean) {
    this.#matches = matches;
  }

  add(script: Script): Switch {
    const entry: Entry<Script> = { script, hits: 0 };
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

  take(subject: Subject): Script | null {
    const entry = this.#entries.find(
      ({ script, hits }) => hits < (script.times ?? Infinity) && this.#matches(script, subject),
    );
    if (entry === undefined) return null;
    entry.hits += 1;
    return entry.script;
  }
}
