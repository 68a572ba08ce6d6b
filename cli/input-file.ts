import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Context } from "./context.ts";
import { exitCodes } from "./exit-codes.ts";
import { CommandError, usageError } from "./failure.ts";

/** The application says the exact bound; this one only keeps a wrong file from being read whole. */
const maxFileBytes = 1024 * 1024;

/** The text of a file, or of stdin for `-`. */
export async function readText({ terminal }: Context, file: string, what: string): Promise<string> {
  if (file === "-") return terminal.readInput(maxFileBytes);
  const path = resolve(terminal.workingFolder, file);
  try {
    const bytes = await readFile(path);
    if (bytes.byteLength > maxFileBytes) throw new Error("EFBIG");
    return bytes.toString();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "one that is too large";
    throw new CommandError(
      `Expected ${what} in ${path}, got ${code}: name a file that holds one`,
      exitCodes.usage,
      "no-file",
    );
  }
}

/** The parser's own message would quote the text, which may hold anything. */
export async function readJson(context: Context, file: string, what: string): Promise<unknown> {
  const text = await readText(context, file, what);
  try {
    return JSON.parse(text);
  } catch {
    throw usageError(`Expected ${what} as JSON, got ${Buffer.byteLength(text)} bytes that are not JSON`);
  }
}
