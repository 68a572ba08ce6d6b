import { chmodSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createAdaptorServer } from "@hono/node-server";
import { ConfigurationError, messageOf } from "../lib/contracts/errors.ts";
import { Secret } from "../lib/contracts/secret.ts";
import { closeServer } from "./close-server.ts";
import { exitCodes } from "./exit-codes.ts";
import { CommandError } from "./failure.ts";
import { openAnswer } from "./open-answer.ts";
import type { OpenAnswer, Transport } from "./transport.ts";

/** Longest path of a Unix socket, bytes: 104 on macOS, 108 on Linux, the closing zero included. */
const longestPath = 103;
const ownerOnly = 0o600;

/** Beside the data: where the process that holds the folder listens. */
const controlFile = (folder: string) => join(folder, "control.json");

export interface ControlServer {
  readonly path: string;
  /** Takes no more requests, and ends the ones that only wait. */
  close(): Promise<void>;
}

/**
 * Serves the application to the commands of this user. Only whoever holds the folder may call it: what an earlier process left
 * behind is replaced.
 * @throws ConfigurationError, code `data-folder`, when where it listens cannot be written down
 */
export async function serveControl(
  folder: string,
  fetch: (request: Request) => Response | Promise<Response>,
): Promise<ControlServer> {
  const file = controlFile(folder);
  const { path, ownFolder } = socketPath(folder);
  rmSync(path, { force: true });
  // The rest of the process keeps Node's own Request and Response.
  const server = createAdaptorServer({ fetch, overrideGlobalObjects: false });
  const close = async () => {
    if (server.listening) await closeServer(server);
    rmSync(ownFolder ?? path, { force: true, recursive: true });
  };
  try {
    const { promise: listening, resolve, reject } = Promise.withResolvers<void>();
    server.once("error", reject).listen(path, resolve);
    await listening;
    chmodSync(path, ownerOnly);
    writeFileSync(`${file}.new`, JSON.stringify({ pid: process.pid, socket: path }), { mode: ownerOnly });
    renameSync(`${file}.new`, file);
  } catch (error) {
    // A server that nobody closes would keep a process alive that has given up.
    await close();
    throw new ConfigurationError(
      `Expected to listen at ${path} and to write ${file}, got: ${messageOf(error)}; see whether its disk has room and is sound`,
      { code: "data-folder", cause: error },
    );
  }
  return {
    path,
    async close() {
      rmSync(file, { force: true });
      await close();
    },
  };
}

/** In the data folder; where its path is too long for a socket, in a private folder of its own. */
function socketPath(folder: string): { readonly path: string; readonly ownFolder?: string } {
  const inside = join(folder, "control.sock");
  if (Buffer.byteLength(inside) <= longestPath) return { path: inside };
  // What a killed process left is known by the note in the data folder.
  const before = readControl(folder);
  if (before !== undefined && before !== inside) rmSync(dirname(before), { force: true, recursive: true });
  const ownFolder = mkdtempSync(join(tmpdir(), "drover-"));
  const path = join(ownFolder, "control.sock");
  if (Buffer.byteLength(path) <= longestPath) return { path, ownFolder };
  rmSync(ownFolder, { recursive: true });
  throw new ConfigurationError(
    `Expected a path of at most ${longestPath} bytes for a socket, got longer ones in ${folder} and in ${tmpdir()}: name a shorter dataFolder`,
    { code: "data-folder-path" },
  );
}

/** Where a process that holds the folder says it listens; it may be gone. */
export function readControl(folder: string): string | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(controlFile(folder), "utf8"));
    if (typeof value !== "object" || value === null || !("socket" in value)) return undefined;
    const { socket } = value;
    return typeof socket === "string" && socket.endsWith(`${join("/", "control.sock")}`) ? socket : undefined;
  } catch {
    return undefined;
  }
}

/** Says that nothing listens there, as opposed to something that does not answer. */
export class NobodyListens extends Error {}

export function socketTransport(path: string): Transport {
  return {
    open({ method, path: url, headers, body }, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<OpenAnswer>();
      const text = body instanceof Secret ? body.reveal() : body;
      const length = text === undefined ? {} : { "content-length": Buffer.byteLength(text) };
      const request = httpRequest({
        socketPath: path,
        method,
        path: url,
        headers: { ...headers, ...length },
        ...(signal ? { signal } : {}),
      });
      request.once("error", (error) => reject(failureOf(error, path)));
      request.once("response", (response) => resolve(openAnswer(response, (error) => failureOf(error, path))));
      request.end(text);
      return promise;
    },
  };
}

function failureOf(error: Error, path: string): Error {
  const code = "code" in error ? String(error.code) : error.name;
  if (code === "ENOENT" || code === "ECONNREFUSED") return new NobodyListens(path);
  return new CommandError(
    `Expected an answer from the Drover that listens on ${path}, got ${code}: look whether it still runs, then try again`,
    exitCodes.unavailable,
    "no-answer",
  );
}
