import type { Stored } from "../../contracts/ports.ts";

/** What is known of one key. Replaced records are never changed, so the same object is handed out again and again. */
export interface Entry {
  readonly key: string;
  /** Of its row: given at its creation, and again when little is left of it. */
  id: number;
  /** The row that it had until then, and that is on disk. */
  left?: number | undefined;
  /** Undefined: removed. */
  stored: Stored | undefined;
  /** At least the bytes of its JSON. */
  bytes: number;
  /** Whether it has a row. */
  onDisk: boolean;
  /** Changed since the last group. */
  changed: boolean;
}

/** Keeps what is not yet on disk, and about as many of the most recently used others as it may. */
export class RecordCache {
  readonly #generationSize: number;
  /** Entries move to the young generation when used; when that is full, the old one is dropped. */
  #young = new Map<string, Entry>();
  #old = new Map<string, Entry>();

  constructor(size: number) {
    this.#generationSize = Math.max(1, Math.floor(size / 2));
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  get(key: string): Entry | undefined {
    const entry = this.#young.get(key);
    if (entry) return entry;
    const old = this.#old.get(key);
    if (!old) return undefined;
    this.#old.delete(key);
    this.add(old);
    return old;
  }

  add(entry: Entry): void {
    if (this.#young.size >= this.#generationSize) this.#turnOver();
    this.#young.set(entry.key, entry);
  }

  delete(key: string): void {
    this.#young.delete(key);
    this.#old.delete(key);
  }

  #turnOver(): void {
    const dropped = this.#old;
    this.#old = this.#young;
    this.#young = new Map();
    for (const entry of dropped.values()) {
      if (entry.changed) this.#old.set(entry.key, entry);
    }
  }
}
