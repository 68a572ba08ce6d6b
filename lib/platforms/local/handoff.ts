import { randomBytes } from "node:crypto";
import { link } from "node:fs/promises";
import { join } from "node:path";
import { InvalidInputError } from "../../contracts/errors.ts";
import type { Clock, HandoffStore } from "../../contracts/ports.ts";
import {
  checkRoom,
  createPrivateFolder,
  listFolder,
  moveFile,
  readStart,
  removeFile,
  replaceFile,
} from "./durable-files.ts";
import {
  checkedEntry,
  envelopeOf,
  maxEnvelopeBytes,
  type OpenedHandoff,
  openEnvelope,
  sealedNameOf,
} from "./handoff-envelope.ts";
import {
  assertSealedWith,
  damagedError,
  headerLength,
  headerOf,
  type SealedHeader,
  seal,
  sealedOverhead,
  unseal,
} from "./sealed-file.ts";
import { type SealedStoreOptions, sealedFolders, sealedSuffix, sealingKeys } from "./sealing-key.ts";

/** More than archives and certificates with their keys have. */
const usualBytes = 256 * 1024;
const idPattern = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$/;
/** A claim older than this belongs to a process that died while it took the content. */
const claimMs = 600_000;
const claimPattern = /^(.+)\.(\d{1,16})\.[0-9a-f]{16}\.claimed$/;

export interface LocalHandoffOptions extends SealedStoreOptions {
  readonly clock: Pick<Clock, "now">;
}

const isOver = (header: SealedHeader, nowMs: number) => header.notAfter === undefined || nowMs >= header.notAfter;

function fileOf(id: string): string {
  if (idPattern.test(id)) return `${id}${sealedSuffix}`;
  throw new InvalidInputError("Expected a handoff's id of at most 128 letters, digits, . _ -, got another one", {
    code: "invalid-handoff-id",
  });
}

/** The handoff store of one machine: a sealed file for each entry. Opening it removes what has expired. */
export async function openLocalHandoffStore(options: LocalHandoffOptions): Promise<HandoffStore> {
  const { clock } = options;
  const folder = join(options.dataFolder, sealedFolders.handoff);
  const keys = sealingKeys(options);

  /** Undefined when there is no such file or it is no sealed one. */
  async function headerIn(file: string): Promise<SealedHeader | undefined> {
    const start = await readStart(join(folder, file), headerLength);
    return start && headerOf(start.bytes);
  }

  async function headerOfEntry(id: string): Promise<SealedHeader | undefined> {
    const start = await readStart(join(folder, fileOf(id)), headerLength);
    const header = start && headerOf(start.bytes);
    if (start && !header) throw damagedError(sealedNameOf(id));
    return header;
  }

  async function openFile(id: string, file: string): Promise<OpenedHandoff | undefined> {
    const read = await readStart(join(folder, file), maxEnvelopeBytes + sealedOverhead);
    if (!read) return undefined;
    const header = headerOf(read.bytes);
    if (!header) throw damagedError(sealedNameOf(id));
    return openEnvelope(id, unseal(await keys.forOpening(), sealedNameOf(id), read.bytes), header.notAfter);
  }

  /** Takes the file out of everybody else's reach; undefined when another was faster. */
  async function claim(id: string): Promise<string | undefined> {
    const claimed = `${id}.${clock.now()}.${randomBytes(8).toString("hex")}.claimed`;
    return (await moveFile(folder, fileOf(id), claimed)) ? claimed : undefined;
  }

  /** Claims before it looks: between a look and a removal a new entry could have taken the place of the expired one. */
  async function removeExpired(id: string, nowMs: number): Promise<boolean> {
    const claimed = await claim(id);
    if (claimed === undefined) return false;
    const header = await headerIn(claimed);
    const over = header === undefined || isOver(header, nowMs);
    if (!over) await link(join(folder, claimed), join(folder, fileOf(id))).catch(() => undefined);
    await removeFile(folder, claimed);
    return over;
  }

  /** The content is served by whoever holds the claim; a crash after the claim means that it is gone, never twice there. */
  async function take(id: string): Promise<OpenedHandoff | undefined> {
    const header = await headerOfEntry(id);
    if (!header) return undefined;
    if (isOver(header, clock.now())) {
      await removeExpired(id, clock.now());
      return undefined;
    }
    // Before the claim: a wrong key must not cost the content.
    assertSealedWith(await keys.forOpening(), header, sealedNameOf(id));
    const claimed = await claim(id);
    if (claimed === undefined) return undefined;
    const opened = await openFile(id, claimed).finally(() => removeFile(folder, claimed));
    return opened && clock.now() < opened.entry.expiresAt ? opened : undefined;
  }

  async function isAbandoned(file: string, nowMs: number): Promise<boolean> {
    const [, , claimedAt] = claimPattern.exec(file) ?? [];
    if (claimedAt === undefined) return false;
    const header = await headerIn(file);
    return nowMs >= Number(claimedAt) + claimMs || (header !== undefined && isOver(header, nowMs));
  }

  async function expire(nowMs: number): Promise<number> {
    let expired = 0;
    for (const file of await listFolder(folder)) {
      if (await isAbandoned(file, nowMs)) await removeFile(folder, file);
      if (!file.endsWith(sealedSuffix)) continue;
      const header = await headerIn(file);
      const over = header && isOver(header, nowMs);
      if (over && (await removeExpired(file.slice(0, -sealedSuffix.length), nowMs))) expired += 1;
    }
    return expired;
  }

  await expire(clock.now());
  return {
    take,
    expire,
    async put(id, content, about) {
      const file = fileOf(id);
      const entry = checkedEntry(id, content, about, clock.now());
      const sealed = seal(await keys.forSealing(), sealedNameOf(id), envelopeOf(entry, content), entry.expiresAt);
      await createPrivateFolder(folder);
      await replaceFile(folder, file, sealed);
      return entry;
    },
    async checkRoom() {
      await createPrivateFolder(folder);
      await checkRoom(folder, usualBytes);
    },
    async describe(id) {
      const header = await headerOfEntry(id);
      if (!header || isOver(header, clock.now())) return undefined;
      return (await openFile(id, fileOf(id)))?.entry;
    },
    async remove(id) {
      return removeFile(folder, fileOf(id));
    },
  };
}
