import { type Configuration, vaultKeyPattern } from "../contracts/configuration.ts";
import { describeDuration, durationMs } from "../contracts/duration.ts";
import { ConfigurationError } from "../contracts/errors.ts";
import { type CloudKind, cloudMisfits } from "../contracts/platform-fit.ts";
import type { Secret } from "../contracts/secret.ts";
import { type SecretReferenceAt, secretReferencesIn } from "../contracts/secret-references.ts";
import { signingKeyOf } from "../contracts/standard-webhooks.ts";
import { clientFindings, isSigningSecret } from "./client-findings.ts";
import { type Finding, problem, warning } from "./finding.ts";
import { type Retirement, retirementFindings } from "./retirements.ts";
import { type ScheduleContext, scheduleFindings } from "./schedule-findings.ts";
import { readSchedules } from "./schedules.ts";

export interface CheckContext extends ScheduleContext {
  /** @throws ConfigurationError when there is no such secret */
  readonly resolve: (reference: string) => Promise<Secret>;
  readonly retirements: readonly Retirement[];
}

/** Longest life of a message: 14 days in a queue and 14 more among the dead letters (SQS keeps no longer). */
const messageLifeMs = 28 * 86_400_000;
const sweepMinMs = 100;
const sweepMaxMs = 3_600_000;

/** What the schema cannot see: secrets that do not resolve, times that do not fit together, what is dangerous or retiring. */
export async function checkConfiguration(configuration: Configuration, context: CheckContext): Promise<Finding[]> {
  const { kind } = configuration.platform;
  const secrets =
    kind !== "local"
      ? cloudFindings(configuration, kind)
      : await Promise.all(secretReferencesIn(configuration).map((reference) => secretFinding(reference, context)));
  const { schedules, problems } = await readSchedules(configuration, context.calendar);
  return [
    ...secrets.filter((finding) => finding !== undefined),
    ...retentionFindings(configuration),
    ...connectionFindings(configuration),
    ...plainHttpFindings(configuration),
    ...clientFindings(configuration),
    ...problems,
    ...scheduleFindings(configuration, schedules, context),
    ...retirementFindings(configuration, context.retirements, context.nowMs),
  ];
}

/** What stands in the functions' environment and in the cloud's vault cannot be looked up from here. */
function cloudFindings(configuration: Configuration, kind: CloudKind): Finding[] {
  const references = secretReferencesIn(configuration).length;
  const notLookedUp = warning(
    "platform.kind",
    `got ${kind}: of ${references} references to secrets none was looked up, which only the functions can`,
  );
  const misfits = cloudMisfits(configuration, kind).map(({ path, message }) => problem(path, message));
  return references === 0 ? misfits : [...misfits, notLookedUp];
}

async function secretFinding(
  { path, reference }: SecretReferenceAt,
  { resolve }: CheckContext,
): Promise<Finding | undefined> {
  const isVaultKey = path === "platform.vaultKey";
  if (isVaultKey && reference.startsWith("vault:")) {
    return problem(path, "expected env:NAME or file:path, got a name in the vault that this very key opens");
  }
  try {
    const secret = await resolve(reference);
    if (isSigningSecret(path)) signingKeyOf(secret, reference);
    return isVaultKey && !vaultKeyPattern.test(secret.reveal().trim())
      ? problem(path, "expected 32 bytes in base64, got something else: make a key with `openssl rand -base64 32`")
      : undefined;
  } catch (error) {
    // Another error's text may quote what it choked on.
    if (error instanceof ConfigurationError) return problem(path, error.message);
    return problem(path, `expected ${reference} to resolve, got ${error instanceof Error ? error.name : "an error"}`);
  }
}

function retentionFindings({ retention, sweep }: Configuration): Finding[] {
  const [operationsMs, idempotencyMs] = [durationMs(retention.operations), durationMs(retention.idempotency)];
  const sweepMs = durationMs(sweep.every);
  const findings: Finding[] = [];
  if (idempotencyMs <= messageLifeMs) {
    const why = "a message can come again that late and would be taken for a new request";
    const message = `expected more than ${describeDuration(messageLifeMs)}, got ${retention.idempotency}: ${why}`;
    findings.push(problem("retention.idempotency", message));
  }
  if (idempotencyMs <= operationsMs) {
    const message = `expected longer than retention.operations (${retention.operations}), got ${retention.idempotency}`;
    findings.push(problem("retention.idempotency", message));
  }
  if (sweepMs < sweepMinMs || sweepMs > sweepMaxMs) {
    const message = `expected ${describeDuration(sweepMinMs)} to ${describeDuration(sweepMaxMs)}, got ${sweep.every}`;
    findings.push(problem("sweep.every", message));
  }
  return findings;
}

function connectionFindings({ connections }: Configuration): Finding[] {
  const entries = Object.entries(connections);
  if (entries.length === 0)
    return [warning("connections", "expected at least one, got none: every request is refused")];
  return entries.flatMap(([name, connection]) => {
    const own = connection.kind === "heat" ? [connection.authUrl, connection.endpoint] : [connection.endpoint];
    const seen = new Set(own.flatMap((url) => URL.parse(url ?? "")?.origin ?? []));
    const origins = "origins" in connection ? (connection.origins ?? []) : [];
    return origins.flatMap((listed, index) => {
      const origin = URL.parse(listed)?.origin;
      if (origin === undefined || !seen.has(origin)) {
        if (origin !== undefined) seen.add(origin);
        return [];
      }
      return [warning(`connections.${name}.origins.${index}`, `got the origin ${origin} a second time: remove it`)];
    });
  });
}

/** The schema allows http on loopback only, where emulators live. */
function plainHttpFindings(configuration: Configuration): Finding[] {
  return Object.entries(configuration.connections).flatMap(([name, connection]) =>
    textsIn(connection, `connections.${name}`)
      .filter(({ text }) => /^http:/i.test(text))
      .map(({ path }) =>
        warning(path, "expected https, got http: credentials travel unencrypted, fit for emulators only"),
      ),
  );
}

function textsIn(value: unknown, path: string): { readonly path: string; readonly text: string }[] {
  if (typeof value === "string") return [{ path, text: value }];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, entry]) => textsIn(entry, `${path}.${key}`));
}
