import * as z from "zod/mini";
import { durationMs, isDuration } from "./duration.ts";
import { InvalidInputError } from "./errors.ts";
import { canonicalJson, operationIdOf, operationIdPattern, sha256Hex } from "./identifiers.ts";
import type { JsonObject } from "./json.ts";
import { limits } from "./limits.ts";
import { parseAs, parseBoundedJson, problemsOf } from "./parse.ts";
import { createProvisioningClaim } from "./requests/aws-iot.ts";
import { panoramaProvision } from "./requests/aws-panorama.ts";
import * as dps from "./requests/azure-dps.ts";
import { azureSphereDeploy } from "./requests/azure-sphere.ts";
import { handOverDeadlineMs, type Minting } from "./requests/handed-over.ts";
import { heatDeploy, heatRules } from "./requests/heat.ts";
import {
  rotatePolicyKey,
  rotatePolicyKeyRules,
  rotationDeadlineMs,
  rotationType,
} from "./requests/rotate-policy-key.ts";
import { traceparentOf } from "./trace.ts";

const name = z
  .string()
  .check(z.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, "expected a name of letters, digits, . _ -"));
const identifier = z.string().check(z.minLength(1), z.maxLength(limits.identifierLength));

const common = {
  connection: name,
  deadline: z.optional(
    z
      .string()
      .check(
        z.refine(
          (text) =>
            isDuration(text) && durationMs(text) >= limits.deadlineMinMs && durationMs(text) <= limits.deadlineMaxMs,
          "expected an ISO 8601 duration between PT1S and P400D, such as PT30M",
        ),
      ),
  ),
  labels: z.optional(
    z
      .record(name, z.string().check(z.maxLength(limits.labelLength)))
      .check(
        z.refine((labels) => Object.keys(labels).length <= limits.labels, `expected at most ${limits.labels} labels`),
      ),
  ),
};

/** The `data` of every request type that starts an operation. Unknown keys are refused: a misspelt one would be ignored silently. */
export const requestDataSchemas = {
  "drover.azure-sphere.deploy": z.strictObject({ ...common, ...azureSphereDeploy }),
  "drover.heat.deploy": z.strictObject({ ...common, ...heatDeploy }).check(...heatRules),
  "drover.azure-dps.rotate-policy-key": z
    .strictObject({ ...common, ...rotatePolicyKey })
    .check(...rotatePolicyKeyRules),
  "drover.azure-dps.put-service": z.strictObject({ ...common, ...dps.putService }),
  "drover.azure-dps.tag-service": z.strictObject({ ...common, ...dps.tagService }),
  "drover.azure-dps.delete-service": z.strictObject({ ...common, ...dps.deleteService }),
  "drover.azure-dps.put-policy": z.strictObject({ ...common, ...dps.putPolicy }),
  "drover.azure-dps.delete-policy": z.strictObject({ ...common, ...dps.deletePolicy }),
  "drover.azure-dps.relink-hub": z.strictObject({ ...common, ...dps.relinkHub }),
  "drover.azure-dps.put-certificate": z.strictObject({ ...common, ...dps.putCertificate }),
  "drover.azure-dps.verify-certificate": z.strictObject({ ...common, ...dps.verifyCertificate }),
  "drover.azure-dps.delete-certificate": z.strictObject({ ...common, ...dps.deleteCertificate }),
  "drover.azure-dps.read": z.strictObject({ ...common, ...dps.readDps }).check(...dps.readDpsRules),
  "drover.aws-panorama.provision": z.strictObject({ ...common, ...panoramaProvision }),
  "drover.aws-iot.create-provisioning-claim": z.strictObject({ ...common, ...createProvisioningClaim }),
} as const;
export type RequestType = keyof typeof requestDataSchemas;

/** Deadline of a request that names none (ms). */
function defaultDeadlineMs(type: RequestType, fields: object): number {
  const { grace, mint } = fields as { readonly grace?: string; readonly mint?: Minting };
  if (type === rotationType) return rotationDeadlineMs({ grace });
  return handOverDeadlineMs(type, { mint }) ?? limits.deadlineDefaultMs;
}

/** Source of the operations that a parent starts for its targets. Nobody else may use it. */
export const childSource = "/drover";
/** Source of what schedules ask for. Nobody else may use it, nor anything below. */
export const scheduleSource = "/drover/schedules";

const isOurs = (source: string) => source === childSource || source.startsWith(`${childSource}/`);

/** Asks for the cancellation of an operation, by its id or by the key of the request that started it. */
export const cancelRequestType = "drover.operation.cancel";
export const cancelDataSchema = z.union([
  z.strictObject({
    operation: z.string().check(z.regex(operationIdPattern)),
    note: z.optional(z.string().check(z.maxLength(limits.reasonLength))),
  }),
  z.strictObject({
    source: identifier,
    id: identifier,
    note: z.optional(z.string().check(z.maxLength(limits.reasonLength))),
  }),
]);

/** CloudEvents 1.0 attributes that are read; extension attributes are allowed and ignored, as the specification asks. */
export const envelopeSchema = z.looseObject({
  specversion: z.literal("1.0"),
  id: identifier,
  source: identifier,
  type: identifier,
  subject: z.optional(identifier),
  time: z.optional(z.iso.datetime({ offset: true })),
  datacontenttype: z.optional(
    z.string().check(z.regex(/^application\/(?:[\w.+-]+\+)?json\b/, "expected a JSON content type")),
  ),
  data: z.record(z.string(), z.unknown()),
});

/** A validated request. Secrets in it are references only. */
export interface OperationRequest {
  readonly source: string;
  readonly id: string;
  readonly type: RequestType;
  readonly subject?: string;
  readonly time?: string;
  readonly traceparent?: string;
  readonly connection: string;
  readonly deadlineMs: number;
  readonly labels: Readonly<Record<string, string>>;
  /** Source of whoever asked for the parent, in an operation that a parent has started. */
  readonly onBehalfOf?: string;
  /** The vendor's fields, verbatim. */
  readonly fields: JsonObject;
}

export interface CancelRequest {
  readonly source: string;
  readonly id: string;
  readonly operation: string;
  readonly note?: string;
  readonly traceparent?: string;
}

export type DecodedRequest =
  | {
      readonly kind: "operation";
      readonly operation: string;
      readonly contentHash: string;
      readonly request: OperationRequest;
    }
  | { readonly kind: "cancel"; readonly contentHash: string; readonly request: CancelRequest };

/** A request that could be read but not accepted: it is answered with a `rejected` event that carries these. */
export class RejectedRequestError extends InvalidInputError {
  readonly source: string | undefined;
  readonly eventId: string | undefined;
  readonly requestType: string | undefined;
  /** Where it could be read. */
  readonly connection: string | undefined;
  constructor(
    message: string,
    details: {
      code: string;
      problems?: readonly string[];
      source?: string;
      id?: string;
      requestType?: string;
      connection?: string;
    },
  ) {
    super(message, { code: details.code, ...(details.problems ? { problems: details.problems } : {}) });
    this.source = details.source;
    this.eventId = details.id;
    this.requestType = details.requestType;
    this.connection = details.connection;
  }
}

const text = (value: unknown) =>
  typeof value === "string" && value.length <= limits.identifierLength ? value : undefined;

function reject(
  value: Record<string, unknown>,
  message: string,
  problems: readonly string[],
  code = "invalid-request",
): never {
  const [source, id, requestType] = [text(value["source"]), text(value["id"]), text(value["type"])];
  throw new RejectedRequestError(message, {
    code,
    problems,
    ...(source === undefined ? {} : { source }),
    ...(id === undefined ? {} : { id }),
    ...(requestType === undefined ? {} : { requestType }),
  });
}

/**
 * @param trusted whether the request comes from Drover itself, which may use its own source
 * @throws InvalidInputError when the text is no JSON object, RejectedRequestError when it is one that cannot be accepted
 */
export function decodeRequest(body: string, trusted = false): DecodedRequest {
  const value = parseBoundedJson(body, "a request");
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new InvalidInputError("Expected a request as a CloudEvents JSON object, got another kind of JSON", {
      code: "not-an-object",
    });
  }
  return requestOf(value as Record<string, unknown>, trusted);
}

function requestOf(value: Record<string, unknown>, trusted: boolean): DecodedRequest {
  const envelope = envelopeSchema.safeParse(value);
  if (!envelope.success) {
    const problems = problemsOf(envelope.error, 32, envelopeSchema);
    return reject(
      value,
      `Expected a CloudEvents 1.0 request, got one with these problems: ${problems.join("; ")}`,
      problems,
    );
  }
  const { source, id, type, subject, time, data } = envelope.data;
  const traceparent = traceparentOf(envelope.data["traceparent"]);
  if (isOurs(source) && !trusted) {
    const problem = `source: expected one of your own, ${childSource} is kept for what Drover starts itself`;
    return reject(value, `Expected a request from outside, got one with these problems: ${problem}`, [problem]);
  }
  const contentHash = sha256Hex(canonicalJson([type, subject ?? null, data]));
  const trace = traceparent ? { traceparent } : {};
  try {
    if (type === cancelRequestType) {
      const cancel = parseAs(cancelDataSchema, data, "the data of a cancel request");
      const operation = "operation" in cancel ? cancel.operation : operationIdOf(cancel.source, cancel.id);
      const note = cancel.note === undefined ? {} : { note: cancel.note };
      return { kind: "cancel", contentHash, request: { source, id, operation, ...note, ...trace } };
    }
    if (!Object.hasOwn(requestDataSchemas, type)) {
      const known = [...Object.keys(requestDataSchemas), cancelRequestType].join(", ");
      return reject(
        value,
        `Expected a request type out of ${known}, got an unknown one`,
        [`type: unknown`],
        "unknown-type",
      );
    }
    const known = type as RequestType;
    const { connection, deadline, labels, ...fields } = parseAs(
      requestDataSchemas[known],
      data,
      `the data of ${known}`,
    );
    const request: OperationRequest = {
      source,
      id,
      type: known,
      ...(subject === undefined ? {} : { subject }),
      ...(time === undefined ? {} : { time }),
      ...trace,
      connection,
      deadlineMs: deadline === undefined ? defaultDeadlineMs(known, fields) : durationMs(deadline),
      labels: labels ?? {},
      fields: fields as JsonObject,
    };
    return { kind: "operation", operation: operationIdOf(source, id), contentHash, request };
  } catch (error) {
    if (error instanceof RejectedRequestError || !(error instanceof InvalidInputError)) throw error;
    return reject(value, error.message, error.problems);
  }
}
