import { asRecord } from "./call.ts";
import { declaredOutputs } from "./config-inputs.ts";
import { pythonText } from "./python-json.ts";
import type { Config, Deployment } from "./world.ts";

const STATUS_CODE = "deploy_status_code";
const ALWAYS = ["deploy_stdout", "deploy_stderr", STATUS_CODE];

/** What a signal makes of a row. Only a row that is IN_PROGRESS listens. */
export function applySignal(row: Deployment, config: Config, details: unknown, atMs: number): void {
  if (row.status !== "IN_PROGRESS") return;
  const given = asRecord(details) ?? {};
  const reasons: [name: string, reason: string][] = [];
  const code = given[STATUS_CODE];
  if (code && String(code) !== "0") {
    reasons.push([STATUS_CODE, `Deployment exited with non-zero status code: ${pythonText(code)}`]);
  }
  const values: Record<string, unknown> = { ...asRecord(row.outputValues) };
  for (const { name, isError } of declaredOutputs(config)) {
    if (!Object.hasOwn(given, name)) continue;
    values[name] = given[name];
    if (isError) reasons.push([name, pythonText(given[name])]);
  }
  for (const name of ALWAYS) values[name] = given[name] ?? null;
  row.outputValues = values;
  row.status = reasons.length > 0 ? "FAILED" : "COMPLETE";
  row.statusReason = reasons.map((reason) => reason.join(" : ")).join(", ") || "Outputs received";
  row.updatedAtMs = atMs;
}
