import type { Context } from "./context.ts";

/** What the first SIGINT or SIGTERM aborts, and does not end: there may be something to clean up. */
export async function interruptible<Result>(
  { terminal }: Pick<Context, "terminal">,
  run: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const interruption = new AbortController();
  const end = terminal.onSignal(() => interruption.abort());
  try {
    return await run(interruption.signal);
  } finally {
    end();
  }
}
