import { exitCodes } from "../exit-codes.ts";
import { CommandError } from "../failure.ts";
import type { Handoff } from "../shapes.ts";
import type { Terminal } from "../terminal.ts";
import type { Client, OpenAnswer } from "../transport.ts";
import { pathOf } from "./await.ts";
import { NameTaken, PrivateFile } from "./private-file.ts";
import { Damaged, type Received, receive } from "./receive.ts";
import { fileOf, notWritable, type Target } from "./target.ts";

export interface Fetched extends Received {
  /** Absent on stdout. */
  readonly file?: string;
  readonly secondsLeft: number | undefined;
  readonly expiresAt: string | undefined;
}

/** Takes what is handed over, once. @throws CommandError; what was not whole is gone then */
export async function fetchTo(
  client: Client,
  handoff: Handoff,
  target: Target,
  { terminal, signal }: { readonly terminal: Pick<Terminal, "outBytes">; readonly signal: AbortSignal },
): Promise<Fetched> {
  if (target.kind === "stdout") return toStdout(client, handoff, terminal, signal);
  const path = await fileOf(target, handoff);
  const file = await PrivateFile.beside(path).catch((error: unknown) => {
    throw notWritable(path, error instanceof Error && "code" in error ? String(error.code) : "an error");
  });
  let answer: OpenAnswer;
  let received: Received;
  try {
    answer = await asked(client, handoff, signal);
    received = await whole(handoff, answer, signal, {
      take: (piece) => file.write(piece),
      complete: () => file.complete(),
    });
  } catch (error) {
    await file.discard();
    throw error;
  }
  await keep(file, path, target.force);
  return { ...received, ...lifeOf(answer), file: path };
}

/** Nothing goes out before all of it is known to be whole. */
async function toStdout(
  client: Client,
  handoff: Handoff,
  { outBytes }: Pick<Terminal, "outBytes">,
  signal: AbortSignal,
): Promise<Fetched> {
  const answer = await asked(client, handoff, signal);
  const pieces: Uint8Array[] = [];
  const take = async (piece: Uint8Array) => void pieces.push(piece);
  const received = await whole(handoff, answer, signal, { take, complete: async () => undefined });
  for (const piece of pieces) await outBytes(piece);
  return { ...received, ...lifeOf(answer) };
}

function lifeOf({ header }: OpenAnswer): Pick<Fetched, "secondsLeft" | "expiresAt"> {
  const seconds = header("x-drover-seconds-left");
  return {
    secondsLeft: seconds === undefined ? undefined : Number(seconds),
    expiresAt: header("x-drover-expires-at"),
  };
}

async function asked(client: Client, { operation }: Handoff, signal: AbortSignal): Promise<OpenAnswer> {
  try {
    return await client.open(`${pathOf(operation)}/fetch`, {}, signal);
  } catch (error) {
    if (signal.aborted) throw interrupted(operation);
    if (!(error instanceof CommandError) || error.exitCode !== exitCodes.unavailable) throw error;
    const remedy = `it may have been given out all the same: see drover handoff show ${operation}`;
    throw new CommandError(`${error.message}; ${remedy}`, error.exitCode, error.code);
  }
}

async function whole(
  { operation, bytes, sha256 }: Handoff,
  answer: OpenAnswer,
  signal: AbortSignal,
  { take, complete }: { take(piece: Uint8Array): Promise<void>; complete(): Promise<void> },
): Promise<Received> {
  try {
    const received = await receive(answer, { bytes, sha256 }, take, signal);
    await complete();
    return received;
  } catch (error) {
    if (signal.aborted) throw interrupted(operation);
    const found = error instanceof Damaged ? error.message : `a failure on the way (${failureText(error)})`;
    const again = `It is served once, so say drover handoff ready ${operation} for a new one`;
    const message = `Expected it whole, got ${found}: nothing was kept. ${again}`;
    throw new CommandError(message, exitCodes.unavailable, "download-failed");
  }
}

function failureText(error: unknown): string {
  if (!(error instanceof Error)) return "an error";
  return "code" in error ? String(error.code) : error.message;
}

function interrupted(operation: string): CommandError {
  const message = `Expected to fetch it, got interrupted: nothing was kept. If it was given out (drover handoff show ${operation}), say drover handoff ready ${operation} for a new one`;
  return new CommandError(message, exitCodes.interrupted, "interrupted");
}

/** From here on nothing may be lost any more: nobody can fetch it again. */
async function keep(file: PrivateFile, path: string, replace: boolean): Promise<void> {
  try {
    await file.keepAs(path, { replace });
  } catch (error) {
    const found = error instanceof NameTaken ? "one that has appeared meanwhile" : failureText(error);
    const message = `Expected to name it ${path}, got ${found}: it is whole, and stands in ${file.path}`;
    throw new CommandError(message, exitCodes.otherwise, "not-named");
  }
}
