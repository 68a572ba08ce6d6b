import type { BodyProblem } from "./answer.ts";

export interface ReadBody {
  readonly text: string;
  readonly problem?: BodyProblem;
}

/** Waits for a promise unless time runs out; see attempt.ts. */
type Until = <Value>(promise: Promise<Value>) => Promise<Value>;

/**
 * Reads the body up to `maxBytes`, counted after decompression, and cancels the rest. Never throws for what the body does: the status
 * has been seen and counts on its own.
 */
export async function readBody(
  response: Response,
  maxBytes: number,
  until: Until,
  problemOf: (thrown: unknown) => BodyProblem,
): Promise<ReadBody> {
  if (Number(response.headers.get("content-length") ?? 0) > maxBytes) {
    discard(response);
    return { text: "", problem: "too-large" };
  }
  const pieces: Uint8Array[] = [];
  const reader = response.body?.getReader();
  if (reader === undefined) return { text: "" };
  try {
    for (let bytes = 0; ; ) {
      const { done, value } = await until(reader.read());
      if (done) return decoded(pieces);
      bytes += value.byteLength;
      if (bytes > maxBytes) {
        reader.cancel().catch(ignore);
        return { text: "", problem: "too-large" };
      }
      pieces.push(value);
    }
  } catch (error) {
    reader.cancel().catch(ignore);
    return { text: "", problem: problemOf(error) };
  }
}

/** Frees the connection of an answer whose body nobody reads. */
export function discard(response: Response): void {
  response.body?.cancel().catch(ignore);
}

/** A byte order mark of UTF-8 is dropped, as every JSON reader of the web does; other encodings are refused. */
function decoded(pieces: readonly Uint8Array[]): ReadBody {
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(pieces)) };
  } catch {
    return { text: "", problem: "not-utf-8" };
  }
}

function ignore(): void {}
