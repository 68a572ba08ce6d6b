import * as z from "zod/mini";
import { InvalidInputError } from "../../contracts/errors.ts";
import { operationIdOf } from "../../contracts/identifiers.ts";
import type { Json } from "../../contracts/json.ts";
import { parseAs } from "../../contracts/parse.ts";
import type { OperationRequest } from "../../contracts/request.ts";
import { heatDeploy, type SecretValue, type SoftwareConfig } from "../../contracts/requests/heat.ts";
import type { HeatStatus } from "./status.ts";

const fieldsSchema = z.object({ ...heatDeploy, siblings: z.optional(z.int()) });

/** A request for one server, its defaults filled in. */
export interface Deploy {
  readonly operation: string;
  readonly server: string;
  /** Others that are given the same config. */
  readonly siblings: number;
  readonly configId: string | undefined;
  readonly config: SoftwareConfig | undefined;
  readonly action: string;
  readonly status: HeatStatus;
  readonly statusReason: string;
  readonly inputValues: Readonly<Record<string, Json | SecretValue>>;
  readonly stackUserProject: string | undefined;
  readonly derived: boolean;
  readonly completion: "as-configured" | "temp-url" | "external";
  readonly cleanUp: "never" | "after-success" | "always";
  readonly outputs: "digest" | "full";
  readonly deadlineMs: number;
}

/** @throws InvalidInputError */
export function deployOf(request: OperationRequest): Deploy {
  const fields = parseAs(fieldsSchema, request.fields, "the fields of a Heat deployment");
  const { servers, siblings = 0, deployment, useConfig, completion, cleanUp, outputs } = fields;
  const [server] = servers;
  if (server === undefined || servers.length > 1) {
    throw new InvalidInputError(`Expected one server for each operation, got ${servers.length}`, { provider: "heat" });
  }
  const status = deployment.status ?? "IN_PROGRESS";
  return {
    operation: operationIdOf(request.source, request.id),
    server,
    siblings,
    configId: deployment.config_id,
    config: deployment.config,
    action: deployment.action ?? "CREATE",
    status,
    statusReason: deployment.status_reason ?? "Deploy data available",
    inputValues: (deployment.input_values ?? {}) as Readonly<Record<string, Json | SecretValue>>,
    stackUserProject: deployment.stack_user_project_id,
    derived: useConfig !== "as-is",
    completion: completion ?? "as-configured",
    // Stored as over, its script has yet to be found by the server: removed at once, it would never run.
    cleanUp: cleanUp ?? (status === "IN_PROGRESS" ? "after-success" : "never"),
    outputs: outputs ?? "digest",
    deadlineMs: request.deadlineMs,
  };
}

/** Under this name a derived config is found again; one operation, one name. */
export const configNameOf = ({ operation }: Pick<Deploy, "operation">) => `drover-${operation}`;

/** Key in the row's `input_values` under which an operation knows its own row. */
export const markerKey = "drover_operation";

const text = z.string().check(z.minLength(1));
const optional = z.optional(text);

const basisPreparedSchema = z.object({ name: text });
/** `place`: region and project, without which an id says nothing. */
const basisSchema = z.object({ configId: text, signalObject: optional, place: text });
const preparedSchema = z.union([
  z.object({ configId: text, derived: z.literal(true), signalObject: optional, place: text }),
  z.object({ configId: text, derived: z.literal(false), marker: text, place: text }),
]);
const handleSchema = z.object({
  deploymentId: text,
  configId: text,
  derived: z.boolean(),
  serverId: text,
  signalObject: optional,
  place: text,
});

export type BasisResult = z.output<typeof basisSchema>;
export type Prepared = z.output<typeof preparedSchema>;
/** Where a deployment is found again. */
export type Handle = z.output<typeof handleSchema>;

export const basisPreparedOf = (value: unknown) =>
  parseAs(basisPreparedSchema, value, "what was prepared for a derived config");
export const basisOf = (value: unknown): BasisResult =>
  parseAs(basisSchema, value, "what is known of a derived config");
export const preparedOf = (value: unknown): Prepared =>
  parseAs(preparedSchema, value, "what was prepared for a Heat deployment");
export const handleOf = (value: unknown): Handle => parseAs(handleSchema, value, "the handle of a Heat deployment");
