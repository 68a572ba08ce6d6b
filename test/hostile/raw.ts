import { connect, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { onTestFinished } from "vitest";

export interface Heard {
  readonly text: string;
  /** Status of each answer, interim ones left out. */
  readonly statuses: readonly number[];
  /** Whether the listener ended the connection within the time. */
  readonly closed: boolean;
}

const longestMs = 10_000;

/** Sends bytes as they are, piece by piece, and hears what comes until the listener ends the connection. */
export async function say(port: number, pieces: Iterable<string | Buffer>, betweenMs = 0): Promise<Heard> {
  const socket = openSocket(port);
  let text = "";
  let closed = false;
  socket.on("data", (chunk) => {
    text += chunk.toString("latin1");
  });
  const ended = new Promise<void>((resolve) => {
    socket.on("close", () => {
      closed = true;
      resolve();
    });
  });
  const write = async () => {
    for (const piece of pieces) {
      if (closed) return;
      if (!socket.write(piece)) await Promise.race([new Promise((done) => socket.once("drain", done)), ended]);
      if (betweenMs > 0) await pause(betweenMs);
    }
  };
  const giveUp = new AbortController();
  const late = pause(longestMs, undefined, { signal: giveUp.signal }).catch(() => undefined);
  await Promise.all([Promise.race([ended, late]), write()]);
  giveUp.abort();
  socket.destroy();
  const statuses = [...text.matchAll(/HTTP\/1\.1 (\d{3}) [A-Z]/g)].map(([, status]) => Number(status));
  return { text, statuses: statuses.filter((status) => status >= 200), closed };
}

export function openSocket(port: number): Socket {
  const socket = connect({ port, host: "127.0.0.1" });
  // A reset is one of the ways to be shown out.
  socket.on("error", () => undefined);
  onTestFinished(() => void socket.destroy());
  return socket;
}

/** Sockets that this process holds, at both ends. */
export const heldSockets = () => process.getActiveResourcesInfo().filter((name) => name === "TCPSocketWrap").length;

/** A request as text; lines in between are whole header lines. */
export function lines(first: string, headers: readonly string[] = [], body = ""): string {
  return [`${first}`, "Host: drover", ...headers, "", body].join("\r\n");
}
