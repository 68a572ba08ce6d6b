import type { app } from "@azure/functions";
import type { AzureHost } from "./host.ts";

/** What functions are registered with: the host's own `app`. */
export type FunctionApp = Pick<typeof app, "storageQueue" | "timer" | "http">;

/** Where a function is registered. */
export interface Place {
  readonly app: FunctionApp;
  readonly host: AzureHost;
  /** Every queue that something works on. */
  readonly queues: readonly string[];
  /** A queue's name in the account. */
  readonly queueName: (queue: string) => string;
}

/** Begins the names of the settings that say where the queues are, and who asks. @see docs/azure.md */
export const queueConnection = "DROVER_QUEUES";
