import { setTimeout as sleep } from "node:timers/promises";
import { token } from "./configuration.ts";

export interface Answer {
  readonly status: number;
  readonly bytes: Buffer;
  json(): Record<string, unknown>;
}

const answerWithinMs = 4_000;
const again = new Set([408, 429, 500, 502, 503, 504]);

/** Asks over HTTP, as a program elsewhere does: it is not told when the process is killed, frozen or out of disk. */
export class HttpClient {
  readonly #url: string;
  readonly #token: string;
  #isOver = false;
  /** Calls that got no answer. */
  unanswered = 0;
  /** Answers 500: a defect, or a process that was dying. */
  defects: string[] = [];

  constructor(url: string, bearer: string = token) {
    this.#url = url;
    this.#token = bearer;
  }

  /** One try. Undefined when no answer came. */
  async once(method: string, path: string, body?: string, withinMs = answerWithinMs): Promise<Answer | undefined> {
    const type = path === "/requests" ? "application/cloudevents+json" : "application/json";
    const headers = { authorization: `Bearer ${this.#token}`, ...(body === undefined ? {} : { "content-type": type }) };
    const signal = AbortSignal.timeout(withinMs);
    try {
      const init = { method, headers, signal, ...(body === undefined ? {} : { body }) };
      const answer = await fetch(`${this.#url}${path}`, init);
      const bytes = Buffer.from(await answer.arrayBuffer());
      if (answer.status === 500) this.defects.push(`${method} ${path}: ${bytes}`);
      return { status: answer.status, bytes, json: () => JSON.parse(String(bytes)) };
    } catch {
      this.unanswered += 1;
      return undefined;
    }
  }

  /** Whoever still tries is told that it is over. */
  end(): void {
    this.#isOver = true;
  }

  /** Until there is an answer that means something. @throws Error when the run is over before */
  async until(method: string, path: string, body?: string): Promise<Answer> {
    for (;;) {
      if (this.#isOver) throw new Error(`Expected an answer to ${method} ${path} before the end of the run`);
      const answer = await this.once(method, path, body);
      if (answer && !again.has(answer.status)) return answer;
      await sleep(150);
    }
  }
}
