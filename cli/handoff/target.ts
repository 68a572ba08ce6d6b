import { stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { safeFileName } from "../../functions/receive-webhook/handed-over/file-name.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { CommandError, usageError } from "../failure.ts";
import type { Handoff } from "../shapes.ts";
import { exists } from "./private-file.ts";

/** Where what is fetched goes: known before anything is, as it is given out once. */
export type Target =
  | { readonly kind: "stdout" }
  | { readonly kind: "file"; readonly path: string; readonly force: boolean }
  | { readonly kind: "folder"; readonly path: string; readonly force: boolean };

export interface OutOptions {
  readonly out: string;
  readonly force?: boolean;
}

/** @throws CommandError for what could not be written */
export async function targetOf({ terminal, json }: Context, { out, force = false }: OutOptions): Promise<Target> {
  if (out === "-") {
    if (terminal.isTty)
      throw usageError("Expected --out - with stdout in a file or a pipe, got a terminal: name a file");
    if (json) throw usageError("Expected --json with --out as a file, got - for both on stdout");
    return { kind: "stdout" };
  }
  const path = resolve(terminal.workingFolder, out);
  if (await isFolder(path)) return { kind: "folder", path, force };
  if (!(await isFolder(resolve(path, "..")))) throw notWritable(path, "no folder to write it to");
  await refuseExisting(path, force);
  return { kind: "file", path, force };
}

/** The file itself, once its name is known. */
export async function fileOf(
  target: Exclude<Target, { kind: "stdout" }>,
  { fileName, next }: Handoff,
): Promise<string> {
  if (target.kind === "file") return target.path;
  if (fileName === undefined) {
    const message = `Expected something to fetch, got nothing yet: ${next}, or add --ready`;
    throw new CommandError(message, exitCodes.notFound, "not-minted");
  }
  const path = join(target.path, safeFileName(fileName));
  await refuseExisting(path, target.force);
  return path;
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function refuseExisting(path: string, force: boolean): Promise<void> {
  const isThere = await exists(path).catch((error: unknown) => {
    throw notWritable(path, error instanceof Error && "code" in error ? String(error.code) : "an error");
  });
  if (!isThere) return;
  if (await isFolder(path)) throw notWritable(path, "a folder of that name");
  if (force) return;
  throw new CommandError(
    `Expected no ${basename(path)} yet, got one in ${path}: nothing was fetched, so move it away, or add --force`,
    exitCodes.notFound,
    "exists",
  );
}

export function notWritable(path: string, found: string): CommandError {
  const message = `Expected a file that can be written, got ${found} for ${path}: nothing was fetched`;
  return new CommandError(message, exitCodes.usage, "not-writable");
}
