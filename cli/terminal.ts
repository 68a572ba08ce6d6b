import type { Environment, Variables } from "../lib/configuration/environment.ts";

/** Time for what is shown as it passes. */
export interface TerminalClock {
  /** Counts up, whatever becomes of the machine's date (ms). */
  monotonicMs(): number;
  /** Calls back again and again until what it returns is called. */
  every(ms: number, callback: () => void): () => void;
}

/** Everything a command touches outside itself; tests bring their own. */
export interface Terminal {
  /** Writes to stdout, as it is. */
  out(text: string): void;
  /** Writes to stdout what is no text; resolves when it is out. */
  outBytes(bytes: Uint8Array): Promise<void>;
  /** Writes to stderr, as it is. */
  err(text: string): void;
  readonly isTty: boolean;
  readonly errIsTty: boolean;
  /** Width of the terminal; undefined when there is none, and nothing is cut then. */
  columns(): number | undefined;
  readonly environment: Environment;
  /** For `env:` references. */
  readonly variables: Variables;
  readonly debug: boolean;
  readonly workingFolder: string;
  /** Name of the user, for histories. */
  readonly user: string;
  /** How this very program is started again, without its arguments. */
  readonly command: readonly string[];
  /** All of stdin, as text of at most `maxBytes`. @throws InvalidInputError */
  readInput(maxBytes: number): Promise<string>;
  /** A line typed without being shown; undefined when stdin is no terminal. */
  readHidden(prompt: string): Promise<string> | undefined;
  /** Calls back for each SIGINT and SIGTERM, which then do nothing else. Returns what ends it. */
  onSignal(listener: (signal: string) => void): () => void;
  /** Ends the process without waiting for anything. */
  exitNow(code: number): void;
  readonly clock: TerminalClock;
  /** Stands in for the network, in tests; absent otherwise. */
  readonly fetch?: (request: Request) => Promise<Response>;
}

export interface Style {
  good(text: string): string;
  bad(text: string): string;
  odd(text: string): string;
  waiting(text: string): string;
  faint(text: string): string;
  strong(text: string): string;
}

const plain = (text: string) => text;
const sgr = (code: number) => (text: string) => (text === "" ? "" : `\u001b[${code}m${text}\u001b[0m`);

const noStyle: Style = { good: plain, bad: plain, odd: plain, waiting: plain, faint: plain, strong: plain };
const colours: Style = { good: sgr(32), bad: sgr(31), odd: sgr(35), waiting: sgr(33), faint: sgr(2), strong: sgr(1) };

/** Colours on a terminal, and never with NO_COLOR. */
export function styleOf({ isTty, environment }: Pick<Terminal, "isTty" | "environment">): Style {
  return isTty && !environment.noColor ? colours : noStyle;
}

/** An outcome, or what an operation does instead of having one, in its colour. */
export function styledState(style: Style, state: string): string {
  if (state === "succeeded" || state === "ok") return style.good(state);
  if (state === "failed" || state === "timed-out") return style.bad(state);
  if (state === "unknown" || state === "partially-succeeded") return style.odd(state);
  if (state === "active") return state;
  return state === "cancelled" ? style.faint(state) : style.waiting(state);
}
