import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { type Configuration, configurationSchema } from "../contracts/configuration.ts";
import { ConfigurationError } from "../contracts/errors.ts";
import { problemsOf } from "../contracts/parse.ts";
import { syntaxProblems } from "./syntax.ts";

const maxBytes = 1024 * 1024;
/** More than anybody mends at once. */
const maxProblems = 1000;

/** @throws ConfigurationError when the file cannot be read, or with all its problems at once */
export async function loadConfiguration(path: string): Promise<Configuration> {
  const absolute = resolve(path);
  let text: string;
  try {
    text = await readFile(absolute, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "an error";
    const remedy =
      code === "ENOENT" ? "run `drover init`, or name another file" : "let the user that runs Drover read it";
    throw new ConfigurationError(`Expected the configuration in ${absolute}, got ${code}: ${remedy}`, {
      code: "configuration-unreadable",
    });
  }
  return parseConfiguration(text, absolute);
}

/**
 * The configuration with its folders and files of requests made absolute; references to secrets stay as they are.
 * @param path of the file that the text came from: names it in errors, and relative folders start there
 * @throws ConfigurationError with all problems at once, none of which quotes a value
 */
export function parseConfiguration(text: string, path: string): Configuration {
  const parsed = configurationSchema.safeParse(jsonOf(text.replace(/^\uFEFF/, ""), path));
  if (!parsed.success) throw invalid(path, problemsOf(parsed.error, maxProblems));
  const { platform, schedules } = parsed.data;
  const fromHere = (file: string) => resolve(dirname(path), file);
  return {
    ...parsed.data,
    platform: platform.kind === "local" ? { ...platform, dataFolder: fromHere(platform.dataFolder) } : platform,
    schedules: schedules.map((schedule) =>
      typeof schedule.request === "string" ? { ...schedule, request: fromHere(schedule.request) } : schedule,
    ),
  };
}

function jsonOf(text: string, path: string): unknown {
  const bytes = Buffer.byteLength(text);
  if (bytes > maxBytes) throw invalid(path, [`expected at most ${maxBytes} bytes, got ${bytes}`]);
  const problems = syntaxProblems(text);
  if (problems.length === 0) return JSON.parse(text);
  throw invalid(
    path,
    problems.map(({ line, column, message }) => `line ${line}, column ${column}: ${message}`),
  );
}

function invalid(path: string, problems: readonly string[]): ConfigurationError {
  const count = problems.length === 1 ? "one problem" : `${problems.length} problems`;
  return new ConfigurationError(`Expected a valid configuration in ${path}, got ${count}: ${problems.join("; ")}`, {
    code: "invalid-configuration",
    problems,
  });
}
