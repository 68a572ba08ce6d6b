import { AsyncLocalStorage } from "node:async_hooks";
import type { InvocationContext } from "@azure/functions";

/** What is used of an invocation's context. */
export type Invocation = Pick<
  InvocationContext,
  "functionName" | "invocationId" | "triggerMetadata" | "debug" | "info" | "warn" | "error"
>;

/** An app serves many invocations at once in one process: each line of the log finds its own by this. */
const current = new AsyncLocalStorage<Invocation>();

export const currentInvocation = (): Invocation | undefined => current.getStore();

export const asInvocation = <Value>(invocation: Invocation, work: () => Value): Value => current.run(invocation, work);
