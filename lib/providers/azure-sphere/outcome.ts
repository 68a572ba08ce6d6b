import type { JsonObject } from "../../contracts/json.ts";
import type { Polled } from "../../contracts/provider.ts";
import type { Answer } from "../answer.ts";
import { quoted } from "../quoted.ts";
import type { DeployFields } from "./request.ts";
import { operationErrorCodes, rowOf } from "./status.ts";
import type { SphereOperation } from "./wire.ts";

type Ended = Extract<Polled, { kind: "ended" }>;

/** What is told about an operation's end beside the operation itself. */
export interface About {
  readonly fields: DeployFields;
  readonly operationId?: string | undefined;
  readonly deploymentId?: string | undefined;
  /** What a person should know: update policy, ignored pointers, how the deployment was found. */
  readonly notes: readonly string[];
}

const targetedMeaning =
  "The cloud now tells the devices of the group to run these images: targeted, not installed. A device takes them when it next asks, or never: offline, update policy, app-development capability";
const partlyMeaning =
  "The service reports errors beside its completion: some of the images or devices may not be targeted. Nothing is said about what is installed";

/** Which ids the provider's objects have. */
function ids({ fields, operationId, deploymentId }: About): Record<string, string> {
  return {
    deviceGroupId: fields.deviceGroupId,
    ...(operationId === undefined ? {} : { operationId }),
    ...(deploymentId === undefined ? {} : { deploymentId }),
  };
}

function resultOf(about: About, rest: JsonObject): JsonObject {
  const { deviceGroupId, images } = about.fields;
  const { deploymentId, notes } = about;
  return {
    ...(deploymentId === undefined ? {} : { deploymentId }),
    deviceGroupId,
    images,
    ...rest,
    ...(notes.length === 0 ? {} : { notes }),
  };
}

export function succeeded(about: About): Ended {
  const notes = about.notes.map((note) => `; ${note}`).join("");
  return {
    kind: "ended",
    status: "Complete",
    outcome: "succeeded",
    reason: `The images are targeted at the device group; devices install them on their own${notes}`,
    ids: ids(about),
    result: resultOf(about, { state: "targeted", meaning: targetedMeaning }),
  };
}

export function failed(about: About, operation: SphereOperation, answer: Answer): Ended {
  const row = rowOf(operationErrorCodes, operation.Error?.Code);
  const advice = row === undefined ? "" : `: ${row.advice}`;
  return {
    kind: "ended",
    status: "Failed",
    outcome: "failed",
    code: row?.code ?? "unknown-error-code",
    reason: `Azure Sphere ended the deployment as Failed with ${describeError(operation, answer)}${advice}`,
    ids: ids(about),
    result: resultOf(about, { state: "not-targeted", error: errorOf(operation, answer) }),
  };
}

/** @param details the operation's details read, or undefined with the reason why there are none among the notes */
export function partlySucceeded(about: About, operation: SphereOperation, answer: Answer, details?: Details): Ended {
  const more =
    details === undefined
      ? "its details could not be read"
      : `details: ${describeError(details.operation, details.answer)}`;
  return {
    kind: "ended",
    status: "CompleteWithErrors",
    outcome: "partially-succeeded",
    code: "complete-with-errors",
    reason: `Azure Sphere ended the deployment as CompleteWithErrors with ${describeError(operation, answer)}; ${more}`,
    ids: ids(about),
    result: resultOf(about, {
      state: "partly-targeted",
      meaning: partlyMeaning,
      error: errorOf(operation, answer),
      details: details === undefined ? null : errorOf(details.operation, details.answer),
    }),
  };
}

export interface Details {
  readonly operation: SphereOperation;
  readonly answer: Answer;
}

function errorOf({ Error: error }: SphereOperation, { show }: Answer): JsonObject | null {
  if (!error) return null;
  const row = rowOf(operationErrorCodes, error.Code);
  return {
    code: typeof error.Code === "number" ? error.Code : quoted(error.Code),
    name: row?.name ?? "unknown",
    message: error.Message ? show(error.Message) : null,
    ...(row === undefined ? {} : { permanent: row.permanent }),
  };
}

function describeError({ Error: error }: SphereOperation, { show }: Answer): string {
  if (!error) return "no error named";
  const row = rowOf(operationErrorCodes, error.Code);
  const name = row === undefined ? `the unknown error code ${quoted(error.Code)}` : `${quoted(error.Code)} ${row.name}`;
  return error.Message ? `${name} ${JSON.stringify(show(error.Message))}` : name;
}
