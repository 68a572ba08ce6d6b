import { open, stat } from "node:fs/promises";
import type { Configuration } from "../contracts/configuration.ts";
import { ConfigurationError, InvalidInputError } from "../contracts/errors.ts";
import { limits } from "../contracts/limits.ts";
import { parseAs, parseBoundedJson } from "../contracts/parse.ts";
import { cancelRequestType, decodeRequest, scheduleSource } from "../contracts/request.ts";
import {
  type Calendar,
  type Schedule,
  type ScheduleConfiguration,
  type ScheduledRequest,
  scheduledRequestSchema,
} from "../contracts/schedule.ts";
import { type Finding, problem } from "./finding.ts";
import { syntaxProblems } from "./syntax.ts";

/** What each run has of its own: left out, so that an example of a request can be named as it is. */
const ofEachRun = ["specversion", "id", "source", "time"];

export interface ReadSchedules {
  readonly schedules: readonly Schedule[];
  readonly problems: readonly Finding[];
}

/** The schedules with their requests. @throws ConfigurationError with all problems at once */
export async function loadSchedules(
  configuration: Pick<Configuration, "schedules">,
  calendar: Calendar,
): Promise<readonly Schedule[]> {
  const { schedules, problems } = await readSchedules(configuration, calendar);
  if (problems.length === 0) return schedules;
  const texts = problems.map(({ path, message }) => `${path}: ${message}`);
  const count = texts.length === 1 ? "one problem" : `${texts.length} problems`;
  throw new ConfigurationError(`Expected schedules that can work, got ${count}: ${texts.join("; ")}`, {
    code: "invalid-configuration",
    problems: texts,
  });
}

/** Every schedule that can work, and all problems of the others. */
export async function readSchedules(
  { schedules }: Pick<Configuration, "schedules">,
  calendar: Calendar,
): Promise<ReadSchedules> {
  const read = await Promise.all(schedules.map((schedule, index) => readOne(schedule, calendar, `schedules.${index}`)));
  return {
    schedules: read.flatMap(({ schedule }) => (schedule ? [schedule] : [])),
    problems: read.flatMap(({ problems }) => problems),
  };
}

async function readOne(
  schedule: ScheduleConfiguration,
  calendar: Calendar,
  path: string,
): Promise<{ readonly schedule?: Schedule; readonly problems: readonly Finding[] }> {
  const problems = cronProblems(schedule, calendar, `${path}.cron`);
  const { request: from } = schedule;
  const where = typeof from === "string" ? `${from}: ` : "";
  try {
    const request = typeof from === "string" ? await requestIn(from) : from;
    refuseUnusable(schedule.name, request);
    return problems.length > 0 ? { problems } : { schedule: { ...schedule, request }, problems };
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    const texts = error.problems.length > 0 ? error.problems : [error.message];
    return { problems: [...problems, ...texts.map((text) => problem(`${path}.request`, `${where}${text}`))] };
  }
}

function cronProblems({ cron }: ScheduleConfiguration, calendar: Calendar, path: string): Finding[] {
  try {
    if (cron !== undefined) calendar.checkCron(cron);
    return [];
  } catch {
    return [problem(path, "expected five fields of cron such as 0 3 * * 1-5, got text that is no cron expression")];
  }
}

/** @throws InvalidInputError for a request that would be refused each time */
function refuseUnusable(name: string, request: ScheduledRequest): void {
  if (request.type === cancelRequestType) {
    throw new InvalidInputError("type: expected a request that starts an operation, got a cancel");
  }
  const id = `${name}/${new Date(0).toISOString()}`;
  decodeRequest(JSON.stringify({ specversion: "1.0", id, source: scheduleSource, ...request }), true);
}

async function requestIn(path: string): Promise<ScheduledRequest> {
  const text = await textIn(path);
  const [wrong, ...others] = syntaxProblems(text);
  if (wrong) {
    const texts = [wrong, ...others].map(({ line, column, message }) => `line ${line}, column ${column}: ${message}`);
    throw new InvalidInputError("Expected a request as JSON, got other text", { problems: texts });
  }
  const value = parseBoundedJson(text, "a request");
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new InvalidInputError("expected a request as a JSON object, got another kind of JSON");
  }
  const own = Object.entries(value).filter(([key]) => !ofEachRun.includes(key));
  return parseAs(scheduledRequestSchema, Object.fromEntries(own), "a scheduled request");
}

/** Reads no further than the bound, so that the name of a device or of a huge file does no harm. */
async function textIn(path: string): Promise<string> {
  const bytes = Buffer.alloc(limits.requestBytes + 1);
  let filled = 0;
  try {
    // Opening a pipe would wait for whoever writes into it.
    if (!(await stat(path)).isFile()) throw new InvalidInputError("expected a file, got something else");
    await using file = await open(path, "r");
    for (let read = 1; read > 0 && filled < bytes.length; filled += read) {
      read = (await file.read(bytes, filled, bytes.length - filled, null)).bytesRead;
    }
  } catch (error) {
    if (error instanceof InvalidInputError) throw error;
    const code = error instanceof Error && "code" in error ? String(error.code) : "an error";
    throw new InvalidInputError(
      `expected a file with the request, got ${code}: create it, or let Drover's user read it`,
    );
  }
  if (filled > limits.requestBytes) {
    throw new InvalidInputError(`expected at most ${limits.requestBytes} bytes, got more`);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, filled));
  } catch {
    throw new InvalidInputError("expected UTF-8, got other bytes: save the file as UTF-8");
  }
}
