import type { FunctionsApp, RegisteredFunction } from "./core.ts";
import type { Invocation, Journal, OpenInvocation } from "./journal.ts";
import type { InvocationResponse, TypedData } from "./rpc.ts";
import { type Call, invoke } from "./worker.ts";

export type Outcome =
  | { readonly kind: "succeeded"; readonly response: InvocationResponse }
  | { readonly kind: "failed"; readonly error: unknown }
  | { readonly kind: "lost" };

export interface InstanceOptions {
  readonly app: FunctionsApp;
  readonly journal: Journal;
  readonly now: () => number;
  readonly newId: () => string;
  readonly functionTimeoutMs: number;
}

export interface Calling extends Pick<Call, "registered" | "input" | "triggerMetadata"> {
  readonly about: Pick<Invocation, "trigger" | "messageId" | "dequeueCount">;
}

/** A process of the host with its worker. What it runs has an end of its own, or ends with it. */
export class Instance {
  readonly app: FunctionsApp;
  readonly #options: InstanceOptions;
  readonly #running = new Map<OpenInvocation, (outcome: Outcome) => void>();
  #isUp = true;

  constructor(options: InstanceOptions) {
    this.app = options.app;
    this.#options = options;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  get running(): number {
    return this.#running.size;
  }

  /** Never rejects: what goes wrong is an outcome. */
  async run({ about, ...calling }: Calling): Promise<{ invocation: OpenInvocation; outcome: Outcome }> {
    const { journal, newId } = this.#options;
    const invocationId = newId();
    const invocation = journal.open({ ...about, id: invocationId, function: nameOf(calling.registered) });
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    this.#running.set(invocation, resolve);
    const log: Call["log"] = (level, category, message) => {
      const line = { level, category, message, function: invocation.function, invocationId };
      if (this.#isUp) journal.log(line);
    };
    invoke(this.app, { ...calling, invocationId, log }).then(
      (response) => resolve({ kind: "succeeded", response }),
      (error: unknown) => resolve({ kind: "failed", error }),
    );
    const outcome = await promise;
    this.#running.delete(invocation);
    invocation.outcome = outcome.kind;
    if (outcome.kind === "failed") this.#failed(invocation, outcome.error);
    return { invocation, outcome };
  }

  /** When the first function will have had all of its time. */
  nextTimeoutAt(): number {
    const starts = [...this.#running.keys()].map(({ startedAtMs }) => startedAtMs);
    return Math.min(Number.POSITIVE_INFINITY, ...starts) + this.#options.functionTimeoutMs;
  }

  /**
   * The host ends the worker with all that it runs when one of them has had its time, and takes all for failed.
   * @see https://learn.microsoft.com/azure/azure-functions/functions-host-json#functiontimeout
   */
  expire(): void {
    if (this.nextTimeoutAt() > this.#options.now()) return;
    const late = [...this.#running.keys()].map((each) => each.function).join(", ");
    const error = new Error(`Timeout value was exceeded: the worker is restarted, with ${late}`);
    for (const end of this.#running.values()) end({ kind: "failed", error });
  }

  crash(): void {
    this.#isUp = false;
    for (const end of this.#running.values()) end({ kind: "lost" });
  }

  #failed(invocation: OpenInvocation, error: unknown): void {
    invocation.error = error;
    const told = error instanceof Error ? error.message : String(error);
    const { function: name, id } = invocation;
    const message = `Executed 'Functions.${name}' (Failed, Id=${id}): ${told}`;
    this.#options.journal.log({ level: "error", category: "host", message, function: name, invocationId: id });
  }
}

const nameOf = ({ metadata }: RegisteredFunction) => metadata.name;

/** As .NET writes an object that goes to the worker. */
export const asJson = (value: unknown): TypedData => ({ json: JSON.stringify(value) });

/** As .NET writes a time. */
export const dateTime = (ms: number) => new Date(ms).toISOString().replace(/(?:\.000)?Z$/, "+00:00");
