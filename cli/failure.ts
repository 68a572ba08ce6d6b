import { CommanderError } from "commander";
import {
  ConfigurationError,
  ConflictError,
  DroverError,
  InvalidInputError,
  NotFoundError,
  RetryableError,
} from "../lib/contracts/errors.ts";
import { exitCodes } from "./exit-codes.ts";

/** Ends a command with one sentence and an exit code. */
export class CommandError extends Error {
  readonly exitCode: number;
  readonly code: string;
  readonly problems: readonly string[];
  constructor(message: string, exitCode: number, code: string, problems: readonly string[] = []) {
    super(message);
    this.name = "CommandError";
    this.exitCode = exitCode;
    this.code = code;
    this.problems = problems;
  }
}

export function usageError(message: string): CommandError {
  return new CommandError(message, exitCodes.usage, "usage");
}

/** Exit codes of problems that the application answers with. */
export function exitCodeOfStatus(status: number): number {
  if (status === 404 || status === 409) return exitCodes.notFound;
  if ([429, 502, 503, 504].includes(status)) return exitCodes.unavailable;
  return status >= 500 ? exitCodes.defect : exitCodes.usage;
}

export interface Failure {
  readonly exitCode: number;
  readonly code: string;
  /** One sentence without its full stop; a defect's text stays out of it. */
  readonly message: string;
  readonly problems: readonly string[];
}

export function failureOf(error: unknown): Failure {
  if (error instanceof CommandError) return error;
  if (error instanceof CommanderError) {
    return {
      exitCode: error.exitCode === 0 ? exitCodes.ok : exitCodes.usage,
      code: "usage",
      message: "",
      problems: [],
    };
  }
  if (error instanceof DroverError) {
    const problems = error instanceof ConfigurationError || error instanceof InvalidInputError ? error.problems : [];
    return { exitCode: exitCodeOfClass(error), code: error.code, message: headOf(error.message, problems), problems };
  }
  const message = `Expected to finish the command, got a defect in Drover (${nameOf(error)}): set DROVER_DEBUG=1 to see where, and report it`;
  return { exitCode: exitCodes.defect, code: "defect", message, problems: [] };
}

/** Where every problem gets a line of its own, the sentence need not carry them all. */
function headOf(message: string, problems: readonly string[]): string {
  const all = `: ${problems.join("; ")}`;
  return problems.length > 0 && message.endsWith(all) ? message.slice(0, -all.length) : message;
}

function exitCodeOfClass(error: DroverError): number {
  if (error instanceof ConfigurationError) {
    return error.code === "data-folder-held" ? exitCodes.unavailable : exitCodes.configuration;
  }
  if (error instanceof InvalidInputError) return exitCodes.usage;
  if (error instanceof NotFoundError || error instanceof ConflictError) return exitCodes.notFound;
  return error instanceof RetryableError ? exitCodes.unavailable : exitCodes.defect;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
