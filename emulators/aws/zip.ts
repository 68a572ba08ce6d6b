/** A ZIP archive without compression: what is in it stays readable for a scan, and nothing else is needed to write it. */
export interface ZipEntry {
  readonly name: string;
  readonly content: Uint8Array;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;
/** An id that no registered extra field has. */
const MARK_FIELD = 0x7d0e;

const CRC_TABLE = Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});

/** The mark stands in the first entry's header where the archive's base64 shows it whole. */
export function writeZip(entries: readonly ZipEntry[], mark: Uint8Array, atMs: number): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const shared = sharedHeader(entry, atMs);
    const name = Buffer.from(entry.name);
    const extra = locals.length === 0 ? markField(mark, LOCAL_BYTES + name.length) : Buffer.alloc(0);
    const lengths = numbers([name.length, 2], [extra.length, 2]);
    const local = Buffer.concat([numbers([LOCAL, 4]), shared, lengths, name, extra, entry.content]);
    const rest = numbers([name.length, 2], [0, 2], [0, 2], [0, 2], [0, 2], [0, 4], [offset, 4]);
    directory.push(Buffer.concat([numbers([CENTRAL, 4], [20, 2]), shared, rest, name]));
    locals.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const count = entries.length;
  const end = numbers([END, 4], [0, 4], [count, 2], [count, 2], [central.length, 4], [offset, 4], [0, 2]);
  return Buffer.concat([...locals, central, end]);
}

/** The files by name, or null when it is no archive that `writeZip` could have made. */
export function readZip(archive: Uint8Array): ReadonlyMap<string, Buffer> | null {
  const bytes = Buffer.from(archive);
  const end = bytes.length - END_BYTES;
  if (end < 0 || bytes.readUInt32LE(end) !== END) return null;
  try {
    const files = new Map<string, Buffer>();
    let at = bytes.readUInt32LE(end + 16);
    for (let left = bytes.readUInt16LE(end + 10); left > 0; left -= 1) {
      const name = bytes.toString("utf8", at + CENTRAL_BYTES, at + CENTRAL_BYTES + bytes.readUInt16LE(at + 28));
      const local = bytes.readUInt32LE(at + 42);
      const start = local + LOCAL_BYTES + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
      const content = bytes.subarray(start, start + bytes.readUInt32LE(at + 24));
      const isStored = bytes.readUInt32LE(at) === CENTRAL && bytes.readUInt32LE(local) === LOCAL;
      if (!isStored || bytes.readUInt16LE(at + 10) !== 0 || crc(content) !== bytes.readUInt32LE(at + 16)) return null;
      files.set(name, content);
      at += CENTRAL_BYTES + Buffer.byteLength(name);
    }
    return files;
  } catch {
    // Reading beyond the end of a cut archive.
    return null;
  }
}

/** From the version to the uncompressed size: the same in both headers. */
function sharedHeader({ content }: ZipEntry, atMs: number): Buffer {
  const date = new Date(atMs);
  const time = (date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1);
  const day = (Math.max(0, date.getUTCFullYear() - 1980) << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate();
  const { length } = content;
  return numbers([20, 2], [0x0800, 2], [0, 2], [time, 2], [day, 2], [crc(content), 4], [length, 4], [length, 4]);
}

/** Base64 has four characters for three bytes, so the mark must begin at a multiple of three. */
function markField(mark: Uint8Array, offset: number): Buffer {
  const pad = (3 - ((offset + 4) % 3)) % 3;
  return Buffer.concat([numbers([MARK_FIELD, 2], [pad + mark.length, 2]), Buffer.alloc(pad), mark]);
}

function numbers(...values: readonly (readonly [value: number, bytes: number])[]): Buffer {
  return Buffer.concat(
    values.map(([value, bytes]) => {
      const buffer = Buffer.alloc(bytes);
      buffer.writeUIntLE(value, 0, bytes);
      return buffer;
    }),
  );
}

function crc(content: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of content) value = (CRC_TABLE[(value ^ byte) & 0xff] ?? 0) ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}
