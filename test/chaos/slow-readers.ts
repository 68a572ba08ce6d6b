import { connect, type Socket } from "node:net";

const pieceBytes = 1_000;
const everyMs = 1_000;

function openStream(port: number, token: string): Socket {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.write(
    `GET /events HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${token}\r\naccept: text/event-stream\r\n\r\n`,
  );
  return socket;
}

/** Live streams of events whose readers take nothing, or next to nothing. */
export class SlowReaders {
  readonly #sockets: Socket[] = [];
  readonly #timers: NodeJS.Timeout[] = [];
  /** What those have taken that take something. */
  taken = 0;

  /** Asks for everything from the beginning, and never reads a byte of it. */
  addDeaf(port: number, token: string): void {
    const socket = openStream(port, token);
    socket.pause();
    this.#sockets.push(socket);
  }

  /** A kilobyte each second. */
  addSlow(port: number, token: string): void {
    const socket = openStream(port, token);
    const take = () => {
      const piece: Buffer | null = socket.read(pieceBytes) ?? socket.read();
      this.taken += piece?.length ?? 0;
    };
    // Listening for it keeps the stream from flowing by itself.
    socket.on("readable", () => undefined);
    this.#timers.push(setInterval(take, everyMs));
    this.#sockets.push(socket);
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
    for (const socket of this.#sockets) socket.destroy();
  }
}
