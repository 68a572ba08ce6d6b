import { canonicalJson, sha256Hex } from "../../contracts/identifiers.ts";
import type { Json, JsonObject } from "../../contracts/json.ts";
import type { Ended } from "../../contracts/provider.ts";
import type { Secret } from "../../contracts/secret.ts";
import { scrub } from "../scrub.ts";
import { isoOf } from "./dates.ts";
import { secretsNamed } from "./inputs.ts";
import type { Parts } from "./parts.ts";
import type { Deploy } from "./request.ts";
import { isHeatStatus, statuses } from "./status.ts";
import type { HeatDeployment } from "./wire.ts";

/** How the row says that it ended; undefined when it does not say so. */
export async function endedOf(
  parts: Parts,
  deploy: Deploy,
  row: HeatDeployment,
  notes: readonly string[] = [],
): Promise<Ended | undefined> {
  const { status, id } = row;
  const outcome = isHeatStatus(status) ? statuses[status].outcome : undefined;
  if (!isHeatStatus(status) || outcome === undefined) return undefined;
  const ids = { deploymentId: id, configId: row.config_id ?? "", serverId: row.server_id ?? deploy.server };
  const texts = await textsOf(parts, deploy, row);
  const all = [...texts.notes, ...notes];
  return {
    status,
    outcome,
    reason: outcome === "succeeded" ? "The server reported that it ran the config" : failure(parts, row, texts.full),
    ...(outcome === "failed" ? { code: "deployment-failed" } : {}),
    ids,
    result: { ...ids, ...texts.values, ...datesOf(row), ...(all.length === 0 ? {} : { notes: all }) },
  };
}

/** The status reason is the script's own text, which may hold anything: it is quoted only for whoever asked for it. */
function failure({ name }: Parts, { id, status_reason }: HeatDeployment, full: boolean): string {
  const quote = full && typeof status_reason === "string" ? ` ${JSON.stringify(scrub(status_reason))}` : "";
  return `The server reported FAILED${quote}: read status_reason and output_values with \`drover heat deployments show ${id} --connection ${name}\``;
}

function datesOf({ creation_time, updated_time }: HeatDeployment): JsonObject {
  const [creationTime, updatedTime] = [isoOf(creation_time), isoOf(updated_time)];
  return {
    ...(creationTime === undefined ? {} : { creationTime }),
    ...(updatedTime === undefined ? {} : { updatedTime }),
  };
}

interface Texts {
  readonly values: JsonObject;
  readonly full: boolean;
  readonly notes: readonly string[];
}

async function textsOf(parts: Parts, deploy: Deploy, row: HeatDeployment): Promise<Texts> {
  const outputs = (row.output_values ?? null) as Json;
  const statusReason = (row.status_reason ?? null) as Json;
  const digests = { outputs: digestOf(outputs), statusReason: digestOf(statusReason) };
  const brief = (...notes: string[]): Texts => ({ values: digests, full: false, notes });
  if (deploy.outputs !== "full") return brief();
  const bytes = Buffer.byteLength(canonicalJson([outputs, statusReason]));
  const { fullOutputsBytes } = parts.bounds;
  if (bytes > fullOutputsBytes) {
    return brief(`Outputs and reason have ${bytes} bytes, more than the ${fullOutputsBytes} that are shown in full`);
  }
  const secrets = await inputSecretsOf(parts, deploy);
  if (secrets === undefined)
    return brief("Outputs are not shown in full: the input secrets to keep out could not be read");
  const clean = { outputs: without(outputs, secrets), statusReason: without(statusReason, secrets) };
  const changed = canonicalJson(clean) !== canonicalJson({ outputs, statusReason });
  const notes = changed ? ["Input secrets that the script printed are removed from the outputs"] : [];
  return { values: clean, full: secrets.length === 0, notes };
}

/** Undefined when one cannot be read: then nobody can say what must not be shown. */
async function inputSecretsOf({ secret }: Parts, deploy: Deploy): Promise<readonly Secret[] | undefined> {
  try {
    return await Promise.all(secretsNamed(deploy).map(secret));
  } catch {
    return undefined;
  }
}

function without(value: Json, secrets: readonly Secret[]): Json {
  if (typeof value === "string") {
    return secrets.reduce((text, secret) => text.replaceAll(secret.reveal() || "\0", "[removed]"), value);
  }
  if (Array.isArray(value)) return value.map((entry: Json) => without(entry, secrets));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value as JsonObject);
  return Object.fromEntries(entries.map(([key, entry]) => [without(key, secrets) as string, without(entry, secrets)]));
}

/** Enough to tell whether two runs said the same, and nothing of what they said. */
function digestOf(value: Json): JsonObject | null {
  if (value === null) return null;
  const text = typeof value === "string" ? value : canonicalJson(value);
  return { bytes: Buffer.byteLength(text), sha256: sha256Hex(text) };
}
