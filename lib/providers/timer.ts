/** Calls back once after `ms` and returns the function that calls it off. A simulation passes one that runs on its own time. */
export type StartTimer = (ms: number, onTimeout: () => void) => () => void;

export const systemTimer: StartTimer = (ms, onTimeout) => {
  const timer = setTimeout(onTimeout, ms);
  return () => clearTimeout(timer);
};
