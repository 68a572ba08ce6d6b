/** Longest answer that is read: a hand-off, and room around it. */
export const maxAnswerBytes = 40 * 1024 * 1024;

/** The body of an answer. The bound holds for what it unpacks to, whatever length it names. @throws TypeError beyond it */
export async function boundedBody(response: Response, maxBytes = maxAnswerBytes): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of response.body ?? []) {
    bytes += piece.byteLength;
    if (bytes > maxBytes) throw new TypeError("The answer is too long");
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
