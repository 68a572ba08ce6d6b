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
  const announced = response.headers.get("content-length");
  if (announced !== null && Number(announced) > maxBytes) {
    discard(response);
    return { text: "", problem: "too-large" };
  }
  // The announced length bounds the body only as long as nothing is unpacked on the way.
  if (announced !== null && !response.headers.has("content-encoding") && response.body !== null) {
    try {
      return decoded(await until(response.bytes()), maxBytes);
    } catch (error) {
      return { text: "", problem: problemOf(error) };
    }
  }
  const pieces: Uint8Array[] = [];
  const reader = response.body?.getReader();
  if (reader === undefined) return { text: "" };
  try {
    for (let bytes = 0; ; ) {
      const { done, value } = await until(reader.read());
      if (done) return decoded(Buffer.concat(pieces), maxBytes);
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
function discard(response: Response): void {
  response.body?.cancel().catch(ignore);
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** A byte order mark of UTF-8 is dropped, as every JSON reader of the web does; other encodings are refused. */
export function decoded(bytes: Uint8Array, maxBytes: number): ReadBody {
  if (bytes.byteLength > maxBytes) return { text: "", problem: "too-large" };
  try {
    return { text: utf8.decode(bytes) };
  } catch {
    return { text: "", problem: "not-utf-8" };
  }
}

function ignore(): void {}
