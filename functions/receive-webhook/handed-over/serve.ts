import type { HandoffEntry } from "../../../lib/contracts/ports.ts";
import { safeFileName } from "./file-name.ts";

/** So that a slow receiver holds no second copy of something long. */
const pieceBytes = 64 * 1024;

/** The only answer that ever holds what is handed over. What nobody needs any more is wiped. */
export function servedOnce(
  { entry, content }: { readonly entry: HandoffEntry; readonly content: Uint8Array },
  { mediaType, secondsLeft }: { readonly mediaType: string; readonly secondsLeft: number },
): Response {
  return new Response(wiped(content), {
    headers: {
      "content-type": mediaType,
      "content-length": String(entry.bytes),
      "content-disposition": `attachment; filename="${safeFileName(entry.fileName)}"`,
      // RFC 9530: whoever has saved it can tell that it is whole.
      "content-digest": `sha-256=:${Buffer.from(entry.sha256, "hex").toString("base64")}:`,
      "cache-control": "no-store",
      "x-drover-expires-at": new Date(entry.expiresAt).toISOString(),
      "x-drover-seconds-left": String(secondsLeft),
    },
  });
}

/** A host may keep a piece as long as it likes, so that each is a copy, and the source is gone with the last one. */
function wiped(content: Uint8Array): ReadableStream<Uint8Array> {
  let sent = 0;
  const wipe = () => void content.fill(0);
  return new ReadableStream(
    {
      pull(controller) {
        if (sent < content.length) controller.enqueue(Uint8Array.from(content.subarray(sent, sent + pieceBytes)));
        sent += pieceBytes;
        if (sent < content.length) return;
        wipe();
        controller.close();
      },
      cancel: wipe,
    },
    { highWaterMark: 0 },
  );
}
