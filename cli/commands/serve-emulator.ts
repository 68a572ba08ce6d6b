import { serveOnLoopback } from "../../emulators/serve.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { CommandError, usageError } from "../failure.ts";
import { fieldLines } from "../table.ts";

/** What the built-in scenario holds, for people to type and programs to read. */
export interface Demo {
  readonly ids: object;
  readonly connections: object;
  /** Where keys can be published. */
  readonly publishTargets?: object;
  /** Secrets that the connection names, by environment variable. */
  readonly variables: Readonly<Record<string, string>>;
  readonly sections: readonly { readonly title: string; readonly fields: readonly (readonly [string, string])[] }[];
  /** Arguments of `drover init` that write the same. */
  readonly init: string;
}

export interface Emulated {
  /** With its verb: `Azure Sphere is`. */
  readonly title: string;
  readonly fetch: (request: Request) => Promise<Response>;
  readonly port: string;
  /** Absent with a scenario of the user's own. */
  readonly demo?: (url: string) => Demo;
}

/** Serves until interrupted. */
export async function serveEmulator(context: Context, { title, fetch, port: text, demo }: Emulated): Promise<number> {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) throw usageError("Expected --port as a number from 0 to 65535, got another value");
  const server = await serveOnLoopback(fetch, { port }).catch((error: unknown) => {
    const code = error instanceof Error && "code" in error ? String(error.code) : "an error";
    throw new CommandError(
      `Expected port ${port} on loopback to be free, got ${code}: name another with --port`,
      exitCodes.unavailable,
      "port",
    );
  });
  const stopped = Promise.withResolvers<void>();
  const end = context.terminal.onSignal(() => stopped.resolve());
  announce(context, title, server.url, demo?.(server.url));
  await stopped.promise;
  end();
  await server.close();
  return exitCodes.ok;
}

function announce(context: Context, title: string, url: string, demo: Demo | undefined): void {
  context.data({ kind: "serving", url, ...(demo ? { ids: demo.ids, ...partsOf(demo) } : {}) });
  context.lines([`${title} emulated on ${url}. Ctrl-C ends it, and forgets everything.`]);
  if (!demo) return;
  const variables = Object.entries(demo.variables).map(([name, value]) => `${name}=${value}`);
  context.lines([
    ...demo.sections.flatMap(({ title: heading, fields }) => ["", heading, ...fieldLines(fields, context.style)]),
    "",
    `For drover.json, with ${variables.join(" and ")} in the environment (or run drover init ${demo.init}):`,
    JSON.stringify(partsOf(demo), undefined, 2),
  ]);
}

const partsOf = ({ connections, publishTargets }: Demo) => ({
  connections,
  ...(publishTargets === undefined ? {} : { publishTargets }),
});
