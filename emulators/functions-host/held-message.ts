import type { QueueClient, ReceivedMessage } from "./queue-client.ts";

/** Nothing in host.json changes it. @see https://github.com/Azure/azure-sdk-for-net/issues/32635 */
export const HIDDEN_MS = 600_000;
const LEAST_RENEWAL_MS = 60_000;

/** A message that the host has been given: it hides it again and again as long as its function runs. */
export class HeldMessage {
  readonly message: ReceivedMessage;
  wasCalled = false;
  #intervalMs = HIDDEN_MS / 2;
  #renewsAtMs: number;
  #renewal: Promise<void> = Promise.resolve();

  constructor(message: ReceivedMessage, nowMs: number) {
    this.message = message;
    this.#renewsAtMs = nowMs + this.#intervalMs;
  }

  renewsAt(): number {
    return this.#renewsAtMs;
  }

  /** The receipt changes with it, so whoever settles the message waits for one that is on its way. */
  renewed(): Promise<void> {
    return this.#renewal;
  }

  renew(client: QueueClient, nowMs: number): Promise<void> {
    this.#renewsAtMs = Number.POSITIVE_INFINITY;
    this.#renewal = this.#renew(client, nowMs);
    return this.#renewal;
  }

  async #renew(client: QueueClient, nowMs: number): Promise<void> {
    const settled = await client.hide(this.message, HIDDEN_MS).catch(() => "failed");
    // Somebody else's by now, it is not asked for again; what the service could not do is tried again sooner.
    if (settled === "taken") return;
    if (settled === "failed") this.#intervalMs = Math.max(this.#intervalMs / 2, LEAST_RENEWAL_MS);
    this.#renewsAtMs = nowMs + this.#intervalMs;
  }
}
