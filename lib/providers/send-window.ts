import { RetryableError } from "../contracts/errors.ts";
import type { Clock } from "../contracts/ports.ts";
import type { Call } from "./call.ts";

/** Whether the request may still be sent: by the wall clock, and by the one that nobody can set back. */
export function sendWindow(clock: Clock, sendBefore: number): () => boolean {
  const leftMs = sendBefore - clock.now();
  const beganAt = clock.monotonicMs();
  return () => clock.now() <= sendBefore && clock.monotonicMs() - beganAt <= leftMs;
}

export function tooLate({ about, operation, provider }: Call): RetryableError {
  return new RetryableError(`Expected to ask for ${about} in time, got past the time to send it`, {
    code: "too-late-to-send",
    provider,
    operation,
    effect: "none",
  });
}
