import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";

/** Below this a block gains nothing: lone events stay readable with any SQLite tool. */
const compressedFromLength = 2048;
/** The fastest level: events of one group are so alike that it saves nearly as much as the others. */
const options = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** The JSON array of one group's events as it is stored: as text, or as a zstd frame. */
export function compressEvents(json: string): string | Buffer {
  return json.length < compressedFromLength ? json : zstdCompressSync(json, options);
}

export function decompressEvents(stored: unknown): string {
  return stored instanceof Uint8Array ? zstdDecompressSync(stored).toString() : String(stored);
}
