/** Which id of the emulator stands for which recorded one. Every id has exactly one partner, in both directions. */
export class Ids {
  readonly #emulated = new Map<string, string>();
  readonly #recorded = new Map<string, string>();

  learn(recorded: string, emulated: string): void {
    const [known, owner] = [this.#emulated.get(recorded), this.#recorded.get(emulated)];
    if ((known ?? emulated) !== emulated || (owner ?? recorded) !== recorded) {
      throw new Error(`Expected ${recorded} to be ${known ?? "new"}, got ${emulated}, which is ${owner ?? "new"}`);
    }
    this.#emulated.set(recorded, emulated);
    this.#recorded.set(emulated, recorded);
  }

  /** A recorded text with the emulator's ids in place of the recorded ones it has learned. */
  translate(recorded: string): string {
    return recorded.replace(ID, (id) => this.#emulated.get(id) ?? id);
  }

  /** Learns from two texts that should say the same of different ids. */
  learnFrom(recorded: string, emulated: string): void {
    const [theirs, ours] = [idsOf(recorded), idsOf(emulated)];
    theirs.forEach((id, index) => {
      const other = ours[index];
      if (other !== undefined) this.learn(id, other);
    });
  }
}

const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b[0-9a-f]{32}\b/g;
const REQUEST_ID = /req-[0-9a-f-]{36}/g;

function idsOf(text: string): readonly string[] {
  return text.replace(REQUEST_ID, "").match(ID) ?? [];
}

/** What differs from run to run, and nothing else: ids, hosts, tokens, drawn parts of names. Lengths stay. */
export function masked(text: string): string {
  return text
    .replace(/<stack-user-password>/g, "0".repeat(32))
    .replace(REQUEST_ID, "req-<id>")
    .replace(ID, "<id>")
    .replace(/(http:\/\/127\.0\.0\.1:)(5000|8004)/g, "$1<port>")
    .replace(/("audit_ids": \[")[\w-]{22}"/g, '$1<audit>"')
    .replace(/-(config|deployment)-[a-z0-9]{12}"/g, '-$1-<drawn>"');
}
