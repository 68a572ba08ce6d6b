import type { BodyProblem } from "./answer.ts";
import type { Attempt } from "./attempt.ts";
import { readBody } from "./body.ts";

/** One request, ready to be sent. */
export interface Outgoing {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Whether it changes the world: it is then sent on a connection of its own. */
  readonly changes: boolean;
}

/** What came back. A body that broke off is a problem of the body: the status has been seen and counts on its own. */
export interface Exchanged {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly text: string;
  readonly problem?: BodyProblem;
}

/** Exactly one HTTP request; redirects are answers. Rejects when no status came. */
export type Exchange = (url: URL, outgoing: Outgoing, attempt: Attempt, maxBytes: number) => Promise<Exchanged>;

/** A fetch handler that stands in for the network: an emulator in this process, or a test. */
export type Fetch = (request: Request) => Promise<Response>;

export function exchangeWith(handler: Fetch): Exchange {
  return async (url, { method, headers, body }, attempt, maxBytes) => {
    const init: RequestInit = { method, headers, signal: attempt.signal, redirect: "manual" };
    // Given text, fetch itself sends a request a second time after a 421. A stream can be sent only once.
    const content = body && { body: streamOf(body), duplex: "half" as const };
    const response = await attempt.until(handler(new Request(url, { ...init, ...content })));
    const status = response.type === "opaqueredirect" ? 302 : response.status;
    const read = await readBody(response, maxBytes, attempt.until, () => attempt.ended() ?? "cut-off");
    return { status, headers: response.headers, ...read };
  };
}

function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });
}
