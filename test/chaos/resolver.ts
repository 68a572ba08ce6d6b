import type { HttpClient } from "./client.ts";
import type { EventReader } from "./reader.ts";

const lookEveryMs = 200;

/**
 * Whoever looks at the provider when Drover cannot tell what has become of a change: on a clock that is an hour ahead, what a provider
 * dates by its own looks older than the request for it. Until somebody says so, such an operation keeps its turn.
 */
export class Resolver {
  readonly #client: HttpClient;
  readonly #reader: EventReader;
  readonly #resolved = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  /** Operations that may end so; any other that does is a defect. */
  readonly doubtful = new Set<string>();
  readonly wrong: string[] = [];

  constructor(client: HttpClient, reader: EventReader) {
    this.#client = client;
    this.#reader = reader;
  }

  get resolved(): number {
    return this.#resolved.size;
  }

  start(): void {
    this.#timer = setInterval(() => this.#look(), lookEveryMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    for (const id of this.doubtful) {
      if (this.#reader.ended.get(id) !== "unknown" || this.#resolved.has(id)) continue;
      this.#resolved.add(id);
      // A run that breaks off awaits nothing.
      this.#resolve(id).catch(() => undefined);
    }
  }

  async #resolve(id: string): Promise<void> {
    const body = JSON.stringify({ as: "succeeded", note: "looked at the provider" });
    const { status, bytes } = await this.#client.until("POST", `/operations/${id}/actions/resolve`, body);
    // One whose answer was lost is resolved already when it is asked for again.
    if (status >= 300 && status !== 409) this.wrong.push(`resolving ${id}: ${status} ${bytes}`);
  }
}
