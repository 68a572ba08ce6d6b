import type { Context } from "aws-lambda";

/** One invocation on its way through the middlewares of one function; the shape is middy's. */
export interface Invocation<Event = unknown, Result = unknown> {
  event: Event;
  context: Context;
  response?: Result | null | undefined;
  error?: Error | null | undefined;
  readonly internal: Readonly<Record<string, unknown>>;
}

/** A middleware of our own. What it keeps between its hooks belongs to one invocation, so it keeps it by the invocation's context. */
export interface Middleware {
  readonly before?: (invocation: Invocation) => void | Promise<void>;
  readonly after?: (invocation: Invocation) => void | Promise<void>;
  readonly onError?: (invocation: Invocation) => void | Promise<void>;
}
