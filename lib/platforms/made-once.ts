/** Made on first use, once for each instance. */
export function lazily<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** Runs once; what has failed is tried again at the next call, so that a cold start that was throttled does not break the instance. */
export function onceDone<Value>(work: () => Promise<Value>): () => Promise<Value> {
  let done: Promise<Value> | undefined;
  return () => {
    if (done) return done;
    const begun = work();
    done = begun;
    begun.catch(() => {
      done = undefined;
    });
    return begun;
  };
}
