import { copyFileSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Drover } from "./drover.ts";
import { type LeftBehind, readFolder } from "./ledger.ts";

/** Copies the files of a folder that nobody writes to at the moment; sockets are none. */
export function copyFiles(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) copyFiles(source, target);
    else if (entry.isFile()) copyFileSync(source, target);
  }
}

/** What a process would find that began now, read from a copy: the folder itself may stand where only Drover can open a database. */
async function leftIn(drover: Drover, copy: string): Promise<LeftBehind> {
  rmSync(copy, { recursive: true, force: true });
  copyFiles(drover.dataFolder, copy);
  return readFolder(copy);
}

/** After the last process has ended; the copy stays, for whoever wants to look. */
export const leftBehind = (drover: Drover): Promise<LeftBehind> => leftIn(drover, join(drover.folder, "left"));

/** Which of the operations a process that stands still, or is dead, has not brought to its disk. */
export async function missingOnDisk(drover: Drover, ids: readonly string[]): Promise<string[]> {
  const copy = join(drover.folder, "copy");
  const { records } = await leftIn(drover, copy);
  rmSync(copy, { recursive: true, force: true });
  const stored = new Set(records.flatMap((record) => (record.kind === "operation" ? [record.id] : [])));
  return ids.filter((id) => !stored.has(id));
}
