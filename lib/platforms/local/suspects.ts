import type { Message } from "./message-lane.ts";

/** Receives after which a message that was here before the start is suspected. */
const suspectReceives = 2;

/**
 * Messages that were being handled when process after process ended. One of them may be the reason, and those that were handled
 * beside it would be counted, and in the end given up, together with it: so each of them is handed out alone.
 */
export class Suspects {
  /** Messages up to this number were here before the start. */
  readonly #recovered: number;
  #inFlight = 0;
  /** The one that waits to be alone, or is. */
  #alone: Message | undefined;

  constructor(recovered: number) {
    this.#recovered = recovered;
  }

  isRecovered(message: Message): boolean {
    return message.id <= this.#recovered;
  }

  /** Whether the message waits: for being alone, or for one that is or wants to be. */
  mustWait(message: Message): boolean {
    const alone = this.#alone;
    if (alone && alone !== message && (alone.state === "in-flight" || alone.queue !== message.queue)) return true;
    if (!this.isRecovered(message) || message.receives < suspectReceives) return false;
    this.#alone = message;
    return this.#inFlight > 0;
  }

  handedOut(): void {
    this.#inFlight += 1;
  }

  landed(message: Message): void {
    this.#inFlight -= 1;
    if (this.#alone === message) this.#alone = undefined;
  }
}
