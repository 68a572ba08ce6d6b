import { type DestinationStream, pino } from "pino";
import type { LogLevel } from "../lib/configuration/environment.ts";
import type { Log, LogFields } from "../lib/contracts/ports.ts";
import { bounded, redacted, redaction } from "../lib/platforms/redaction.ts";
import { shown } from "./table.ts";
import type { Style } from "./terminal.ts";

/**
 * One JSON object for each line, with the level and the time as text. What an entry is about stands in fields of the same name
 * everywhere: `operation`, `step`, `connection`, `trace_id`.
 */
export function structuredLog(level: LogLevel, write: (text: string) => void): Log {
  return logOver(level, { write });
}

/** The same entries as lines for people. */
export function readableLog(level: LogLevel, style: Style, write: (text: string) => void): Log {
  return logOver(level, { write: (text) => write(`${readable(text, style)}\n`) });
}

function logOver(level: LogLevel, destination: DestinationStream): Log {
  const logger = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: redaction,
      hooks: { streamWrite: redacted },
    },
    destination,
  );
  const at =
    (method: "debug" | "info" | "warn" | "error") =>
    (message: string, fields: LogFields = {}) =>
      logger[method](boundedFields(fields), bounded(message));
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** Before anything looks through them: a provider's page of a megabyte would hold up the process. */
function boundedFields(fields: LogFields): LogFields {
  const entries = Object.entries(fields);
  if (entries.every(([, value]) => typeof value !== "string" || bounded(value) === value)) return fields;
  return Object.fromEntries(entries.map(([name, value]) => [name, typeof value === "string" ? bounded(value) : value]));
}

function readable(line: string, style: Style): string {
  const { level, time, msg, ...fields }: Record<string, unknown> = JSON.parse(line);
  const mark =
    level === "error" ? style.bad("error") : level === "warn" ? style.waiting("warn ") : String(level).padEnd(5);
  const rest = Object.entries(fields).map(([name, value]) => `${name}=${shown(String(value))}`);
  return `${style.faint(String(time).slice(11, 19))} ${mark} ${shown(String(msg))} ${style.faint(rest.join(" "))}`.trimEnd();
}

/** For short commands: only what goes wrong is worth a line. */
export function commandLog(write: (text: string) => void): Log {
  const silent = () => undefined;
  const line = (message: string, fields: LogFields = {}) => {
    const rest = Object.values(fields).filter((value) => value !== undefined);
    write(`${shown([message, ...rest].map((part) => redacted(bounded(String(part)))).join(" · "))}\n`);
  };
  return { debug: silent, info: silent, warn: line, error: line };
}
