import type { Log, LogFields } from "../contracts/ports.ts";

export const logLevels = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof logLevels)[number];

export interface JsonLogOptions {
  readonly level: LogLevel;
  /** Of the whole line, before what a terminal obeys is escaped: takes out what looks like a credential. */
  readonly redact: (line: string) => string;
  /** Takes a line without its end. */
  readonly write: (level: LogLevel, line: string) => void;
  /** Of a line; what is longer is named instead, as half of a JSON object is none. Default: what everybody takes. */
  readonly lineCharacters?: number;
  readonly now?: () => number;
  /** Stands in every line: the function's name, the id of the request. */
  readonly always?: () => LogFields;
}

/** More of one text is nobody's log. */
const textCharacters = 8_192;
/** CloudWatch cuts a line at 1 MiB. */
const standardLineCharacters = 256 * 1024;

/** One JSON object for each line, with its level and its time, as CloudWatch and Application Insights find fields in it. Never throws: what cannot be written is named instead. */
export function jsonLog(options: JsonLogOptions): Log {
  const { level: least, redact, write, now = Date.now, always = () => ({}) } = options;
  const { lineCharacters = standardLineCharacters } = options;
  const at =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}): void => {
      if (logLevels.indexOf(level) < logLevels.indexOf(least)) return;
      const own = { timestamp: new Date(now()).toISOString(), level, message: bounded(message) };
      const line = (about: LogFields) =>
        // Twice: its own members come first and are not to be replaced.
        JSON.stringify({ ...own, ...writable(always()), ...writable(about), ...own });
      const whole = line(fields);
      const isShort = harmless(whole).length <= lineCharacters;
      // After the redaction: an escape would look like the end of what it takes out.
      write(level, harmless(redact(isShort ? whole : line({ cut: whole.length }))));
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

/** What JSON leaves as it is and a terminal obeys (U+009B begins a command), or an old reader takes for the end of a line. */
const obeyed = /[\u007f-\u009f\u2028\u2029]/g;
const harmless = (line: string) =>
  line.replace(obeyed, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);

function bounded(text: string): string {
  if (text.length <= textCharacters) return text;
  return `${text.slice(0, textCharacters)} … (${text.length - textCharacters} more characters are cut)`;
}
