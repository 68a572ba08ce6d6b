import type { Clock, QueueReceiver, QueueSender } from "../../../contracts/ports.ts";
import type { After } from "../../after.ts";
import type { Voice } from "./voice.ts";

/** What the functions of one process share. */
export interface FunctionParts {
  readonly voice: Voice;
  readonly after: After;
  readonly monotonicMs: () => number;
  /** @throws ConfigurationError with what is wrong in the app's settings */
  readonly platform: () => Promise<{
    readonly queue: QueueSender & QueueReceiver;
    readonly clock: Pick<Clock, "now">;
  }>;
}
