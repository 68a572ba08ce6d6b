/** A request as it may be shown: what a token or secret was is not kept. */
export interface LoggedRequest {
  readonly at: number;
  readonly method: string;
  readonly path: string;
  /** With its question mark, or empty. */
  readonly query: string;
  /** The scheme, and stars instead of the credential; null without the header. */
  readonly authorization: string | null;
  /** Null while it is under way, and for ever when no answer was given. */
  readonly status: number | null;
  /** The kind of fault that struck it. */
  readonly fault: string | null;
}

export interface OpenEntry {
  status: number | null;
  fault: string | null;
}

/** The newest requests, at least `limit` of them once so many have come. */
export class RequestLog {
  readonly #limit: number;
  #entries: LoggedRequest[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  open(at: number, method: string, url: URL, credential: string | null): OpenEntry {
    const { pathname: path, search: query } = url;
    const entry = { at, method, path, query, authorization: masked(credential), status: null, fault: null };
    // Cut rarely and in one go: dropping one entry for each request would move the whole array every time.
    if (this.#entries.length >= 2 * this.#limit) this.#entries = this.#entries.slice(-this.#limit);
    this.#entries.push(entry);
    return entry;
  }

  entries(): readonly LoggedRequest[] {
    return this.#entries.map((entry) => ({ ...entry }));
  }

  clear(): void {
    this.#entries = [];
  }
}

function masked(value: string | null): string | null {
  return value === null ? null : value.includes(" ") ? `${value.slice(0, value.indexOf(" "))} ***` : "***";
}
