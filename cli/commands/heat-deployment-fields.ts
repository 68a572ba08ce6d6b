import type { HeatDeploymentAnswer } from "../heat-shapes.ts";
import { boundedText } from "../long-text.ts";
import { fieldLines } from "../table.ts";
import type { Style } from "../terminal.ts";

/** A row can be without a status; then nobody ever finishes it. */
export function statusOf({ status }: HeatDeploymentAnswer): string {
  return typeof status === "string" ? status : "(none)";
}

/** What `deployments show` prints: fields, then each output below its name. Values of inputs may be secrets of others. */
export function deploymentLines(
  row: HeatDeploymentAnswer,
  style: Style,
): { readonly lines: readonly string[]; readonly isCut: boolean } {
  const reason = boundedText(textOf(row.status_reason));
  const [firstOfReason = "", ...restOfReason] = reason.lines;
  const fields = fieldLines(
    [
      ["id", row.id],
      ["status", statusOf(row)],
      ["reason", firstOfReason],
      ["server", row.server_id ?? ""],
      ["config", row.config_id ?? ""],
      ["action", row.action ?? ""],
      ["created", row.creation_time ?? ""],
      ["updated", row.updated_time ?? ""],
      ["inputs", Object.keys(objectIn(row.input_values)).join(", ")],
    ].filter((field): field is [string, string] => field[1] !== ""),
    style,
  );
  const outputs = Object.entries(objectIn(row.output_values)).map(([name, value]) => ({
    name,
    ...boundedText(textOf(value)),
  }));
  return {
    lines: [
      ...fields,
      ...restOfReason.map((line) => `  ${line}`),
      ...outputs.flatMap(({ name, lines }) => [
        "",
        style.strong(boundedText(name).lines[0] ?? ""),
        ...lines.map((line) => `  ${line}`),
      ]),
    ],
    isCut: reason.isCut || outputs.some(({ isCut }) => isCut),
  };
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function objectIn(value: unknown): object {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}
