import { DroverError } from "../contracts/errors.ts";
import type { CallContext, ProviderCheck } from "../contracts/provider.ts";
import type { PublishedVersion } from "../contracts/publish-target.ts";

/** Secrets that are tried; more of them would say the same. */
const most = 8;

/** What becomes of a pattern without a secret of its own: a name that it matches and that nobody uses. */
const probe = "drover-check";

interface Reading {
  readonly patterns: readonly string[];
  readonly read: (secret: string, context: CallContext) => Promise<PublishedVersion | undefined>;
  /** Warns where a name of the configuration has no value. Absent: publishing makes it. */
  readonly missing?: string;
}

/** Reads what the configuration names: shows whether reading is allowed. Only a publication can show whether writing is. */
export async function checkSecrets(
  { patterns, read, missing }: Reading,
  context: CallContext,
): Promise<readonly ProviderCheck[]> {
  const checks: ProviderCheck[] = [];
  for (const pattern of patterns.slice(0, most)) {
    const what = `secret ${pattern}`;
    const exact = !pattern.includes("*");
    try {
      const found = await read(pattern.replaceAll("*", probe), context);
      const absent = exact ? (missing ?? "Not there yet: the first publication makes it") : "Reading is allowed";
      const warning = found === undefined && exact && missing !== undefined;
      const detail = found === undefined ? absent : `Found version ${found.version}`;
      checks.push({ what, ok: true, ...(warning ? { warning } : {}), detail });
    } catch (error) {
      if (!(error instanceof DroverError)) throw error;
      checks.push({ what, ok: false, detail: error.message });
    }
  }
  return checks;
}

/** One check of what has to work before secrets can be read. */
export async function checkStep(what: string, run: () => Promise<string>): Promise<ProviderCheck> {
  try {
    return { what, ok: true, detail: await run() };
  } catch (error) {
    if (!(error instanceof DroverError)) throw error;
    return { what, ok: false, detail: error.message };
  }
}
