/** Calls back once after `ms`; returns what calls it off. */
export type After = (ms: number, callback: () => void) => () => void;

/** A frozen instance's timers fire when it is thawed: whoever uses them calls them off before its invocation ends. */
export const systemAfter: After = (ms, callback) => {
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
};
