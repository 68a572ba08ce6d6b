import type { Log, LogFields } from "../../contracts/ports.ts";

export const logLevels = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof logLevels)[number];

export interface JsonLogOptions {
  readonly level: LogLevel;
  /** Of the whole line, as the last thing before it is written: takes out what looks like a credential. */
  readonly redact: (line: string) => string;
  /** Takes a line without its end: the invocation's own log, which the host files under its level and its invocation. */
  readonly write: (level: LogLevel, line: string) => void;
  readonly now?: () => number;
  /** Stands in every line: the function's name, the invocation's id. */
  readonly always?: () => LogFields;
}

/** More of one text is nobody's log. */
const textCharacters = 8_192;
/** Application Insights cuts a message at 32,768 characters, and half of a JSON object is none. */
const lineCharacters = 30_000;

/** One JSON object for each line, so that `parse_json(message)` finds its fields. Never throws: what cannot be written is named instead. */
export function jsonLog(options: JsonLogOptions): Log {
  const { level: least, redact, write, now = Date.now, always = () => ({}) } = options;
  const at =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}): void => {
      if (logLevels.indexOf(level) < logLevels.indexOf(least)) return;
      const own = { timestamp: new Date(now()).toISOString(), level, message: bounded(message) };
      const line = (about: LogFields) =>
        // Twice: its own members come first and are not to be replaced.
        JSON.stringify({ ...own, ...writable(always()), ...writable(about), ...own });
      const whole = line(fields);
      write(level, redact(whole.length <= lineCharacters ? whole : line({ cut: whole.length })));
    };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** The types promise no objects; one all the same, a `Secret` among them, is named by its kind. */
function writable(fields: LogFields): LogFields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]: [string, unknown]) => {
      if (typeof value === "string") return [name, bounded(value)];
      if (value === undefined || typeof value === "boolean" || typeof value === "number") return [name, value];
      return [name, `[${typeof value}]`];
    }),
  );
}

function bounded(text: string): string {
  if (text.length <= textCharacters) return text;
  return `${text.slice(0, textCharacters)} … (${text.length - textCharacters} more characters are cut)`;
}
