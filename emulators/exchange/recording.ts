import type { Answer } from "./answer.ts";
import type { Call } from "./call.ts";

/** A request and its answer in full, secrets included: for a test that looks where a secret went. */
export interface RecordedExchange {
  readonly atMs: number;
  readonly operation: string;
  readonly method: string;
  readonly url: string;
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly requestText: string;
  readonly status: number;
  readonly answerHeaders: Readonly<Record<string, string>>;
  readonly answerText: string;
}

export class Recording {
  readonly #exchanges: RecordedExchange[] = [];

  add(operation: string, call: Call, answer: Answer): void {
    this.#exchanges.push({
      atMs: call.atMs,
      operation,
      method: call.method,
      url: call.url.href,
      requestHeaders: Object.fromEntries(call.headers),
      requestText: new TextDecoder().decode(call.body),
      status: answer.status,
      answerHeaders: answer.headers,
      answerText: answer.text,
    });
  }

  exchanges(): readonly RecordedExchange[] {
    return [...this.#exchanges];
  }
}
