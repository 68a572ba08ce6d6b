import { closeSync, existsSync, fstatSync, ftruncateSync, openSync, readFileSync, readSync, writeSync } from "node:fs";

/** SQLite's log as a file: where its valid frames end. @see https://www.sqlite.org/fileformat2.html#the_write_ahead_log */

const headerBytes = 32;
const frameHeaderBytes = 24;
const frameBytes = frameHeaderBytes + 4096;
/** The log is folded into the database at 4096 frames: near that, what is durable is not told by flushes alone. */
const foldedFrames = 4000;

/** A place in the log. Each generation of it has salts of its own. */
export interface LogPlace {
  readonly salts: bigint;
  readonly frames: number;
}

/** Follows the end of a log that grows; reads only what is new. */
export class LogEnd {
  readonly #fd: number;
  readonly #buffer = Buffer.alloc(headerBytes);
  #salts = 0n;
  #frames = 0;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** Undefined for a log that has not begun. */
  find(): LogPlace | undefined {
    if (readSync(this.#fd, this.#buffer, 0, headerBytes, 0) < headerBytes) return undefined;
    const salts = this.#buffer.readBigUInt64BE(16);
    if (salts !== this.#salts) this.#frames = 0;
    this.#salts = salts;
    while (this.#isNext(salts)) this.#frames += 1;
    return { salts, frames: this.#frames };
  }

  #isNext(salts: bigint): boolean {
    const at = headerBytes + this.#frames * frameBytes;
    const read = readSync(this.#fd, this.#buffer, 0, frameHeaderBytes, at);
    return read === frameHeaderBytes && this.#buffer.readBigUInt64BE(8) === salts;
  }
}

export const placeBytes = 16;

export function writePlace(fd: number, { salts, frames }: LogPlace): void {
  const bytes = Buffer.alloc(placeBytes);
  bytes.writeBigUInt64BE(salts, 0);
  bytes.writeBigUInt64BE(BigInt(frames), 8);
  writeSync(fd, bytes, 0, placeBytes, 0);
}

function readPlace(path: string): LogPlace | undefined {
  if (!existsSync(path)) return undefined;
  const bytes = readFileSync(path);
  if (bytes.length < placeBytes) return undefined;
  return { salts: bytes.readBigUInt64BE(0), frames: Number(bytes.readBigUInt64BE(8)) };
}

export interface Torn {
  /** Frames that had reached the file, and those of them that a flush had made durable. */
  readonly frames: number;
  readonly durable: number;
  readonly lostBytes: number;
  readonly how: "cut" | "scribbled" | "nothing to tear";
}

interface Frames {
  /** That have reached the file. */
  readonly written: number;
  /** That survive a power cut. */
  readonly durable: number;
}

function framesIn(fd: number, placePath: string): Frames {
  const { salts, frames: written } = new LogEnd(fd).find() ?? { salts: 0n, frames: 0 };
  const flushed = readPlace(placePath);
  return { written, durable: flushed?.salts === salts ? Math.min(flushed.frames, written) : 0 };
}

/** @param placePath where the place of the last flush is noted */
export function framesOf(walPath: string, placePath: string): Frames {
  if (!existsSync(walPath)) return { written: 0, durable: 0 };
  const fd = openSync(walPath, "r");
  try {
    return framesIn(fd, placePath);
  } finally {
    closeSync(fd);
  }
}

/** What still fits into the file as it is: that much is stored on a disk without room, too. */
export function roomInLog(walPath: string): number {
  if (!existsSync(walPath)) return 0;
  const fd = openSync(walPath, "r");
  try {
    const { frames } = new LogEnd(fd).find() ?? { frames: 0 };
    return Math.max(0, fstatSync(fd).size - headerBytes - frames * frameBytes);
  } finally {
    closeSync(fd);
  }
}

/** Whether a power cut would take something now that may be taken. */
export function isLoose(walPath: string, placePath: string): boolean {
  const { written, durable } = framesOf(walPath, placePath);
  return written > durable && written < foldedFrames;
}

/**
 * What a power cut may do to the log of a process that was killed: bytes behind the last flush are gone or rubbish, those before it stay.
 * @param fraction of what may be lost that is lost, at least 0 and below 1; 0 loses all of it
 */
export function tearLog(walPath: string, placePath: string, fraction: number, scribble: boolean): Torn {
  if (!existsSync(walPath)) return { frames: 0, durable: 0, lostBytes: 0, how: "nothing to tear" };
  const fd = openSync(walPath, "r+");
  try {
    const { written: frames, durable } = framesIn(fd, placePath);
    if (frames === durable || frames >= foldedFrames) return { frames, durable, lostBytes: 0, how: "nothing to tear" };
    // The last one may have broken off behind its header, on a full disk: nothing is written where the file has ended.
    const end = Math.min(headerBytes + frames * frameBytes, fstatSync(fd).size);
    const loose = (frames - durable) * frameBytes;
    const from = Math.min(end, headerBytes + durable * frameBytes + Math.floor(fraction * loose));
    const lostBytes = end - from;
    if (scribble) writeSync(fd, Buffer.alloc(lostBytes, 0xa5), 0, lostBytes, from);
    else ftruncateSync(fd, from);
    return { frames, durable, lostBytes, how: scribble ? "scribbled" : "cut" };
  } finally {
    closeSync(fd);
  }
}
