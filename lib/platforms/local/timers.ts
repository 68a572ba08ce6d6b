/** Ends what was begun; a second call does nothing. */
export type Cancel = () => void;

/** Where the platform gets its wake-ups: tests inject their own and drive it by hand. */
export interface Timers {
  /** Calls back once after `ms`, unless cancelled. */
  after(ms: number, callback: () => void): Cancel;
  /** Calls back when the present turn of the event loop has ended. */
  endOfTurn(callback: () => void): void;
}

/** Longest wait that Node's timers take; a longer one would fire at once. */
const longestTimerMs = 2 ** 31 - 1;

export const systemTimers: Timers = {
  after(ms, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(ms, 0), longestTimerMs));
    return () => clearTimeout(timer);
  },
  endOfTurn(callback) {
    setImmediate(callback);
  },
};
