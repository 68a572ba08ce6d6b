type Results<Tasks extends readonly (() => Promise<unknown>)[]> = {
  -readonly [Index in keyof Tasks]: Awaited<ReturnType<Tasks[Index]>>;
};

/**
 * Runs the tasks, at most `limit` at a time, and answers in their order.
 * After a failure no further task begins; of several failures the first in the order of the tasks is thrown, once all have ended.
 */
export async function concurrently<Tasks extends readonly (() => Promise<unknown>)[]>(
  tasks: readonly [...Tasks],
  limit: number,
): Promise<Results<Tasks>> {
  const results: unknown[] = [];
  const failures: { readonly reason: unknown }[] = [];
  let next = 0;
  async function work(): Promise<void> {
    while (next < tasks.length && failures.length === 0) {
      const index = next++;
      try {
        results[index] = await tasks[index]?.();
      } catch (reason) {
        failures[index] = { reason };
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, tasks.length) }, work));
  const failure = failures.find((entry) => entry !== undefined);
  if (failure) throw failure.reason;
  return results as Results<Tasks>;
}
