import { readFileSync } from "node:fs";
import { Ajv, type ValidateFunction } from "ajv";

type Json = Readonly<Record<string, unknown>>;

interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header" | "body";
  readonly required: boolean;
  readonly type: string | null;
  readonly schema: Json | null;
}

export interface ContractOperation {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  readonly pattern: RegExp;
  readonly parameters: readonly Parameter[];
  readonly requestBody: ValidateFunction | null;
  /** By status, or `default`; null where a body is not declared. */
  readonly responses: ReadonlyMap<string, ValidateFunction | null>;
  readonly examples: readonly ContractExample[];
}

export interface ContractBreach {
  /** Null when the request is none of the contract's. */
  readonly operationId: string | null;
  readonly where: "request" | "response";
  readonly problem: string;
}

export interface ContractExample {
  readonly name: string;
  readonly parameters: Json;
  readonly responses: Readonly<Record<string, { readonly body?: unknown }>>;
}

export const swagger: Json = JSON.parse(
  readFileSync(new URL("../../fixtures/azure-dps/swagger.json", import.meta.url), "utf8"),
);

const RFC_1123 =
  /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT$/;

const ajv = new Ajv({ allErrors: true, strict: false });
ajv.addFormat("date-time-rfc1123", RFC_1123);
ajv.addFormat("int32", { type: "number", validate: Number.isSafeInteger });
ajv.addFormat("int64", { type: "number", validate: Number.isSafeInteger });

const definitions = fieldsOf(swagger["definitions"]);

/** All eighteen, each with compiled schemas of what it takes and gives. */
export const operations: readonly ContractOperation[] = Object.entries(fieldsOf(swagger["paths"])).flatMap(
  ([path, methods]) =>
    Object.entries(fieldsOf(methods)).map(([method, operation]) => compile(path, method, fieldsOf(operation))),
);

function compile(path: string, method: string, operation: Json): ContractOperation {
  const parameters = listOf(operation["parameters"]).map(parameterOf);
  const body = parameters.find((parameter) => parameter.in === "body")?.schema ?? null;
  const responses = Object.entries(fieldsOf(operation["responses"])).map(([status, response]) => {
    const schema = fieldsOf(response)["schema"];
    return [status, schema === undefined ? null : ajv.compile(jsonSchema(schema, "open"))] as const;
  });
  const names = Object.entries(fieldsOf(operation["x-ms-examples"]));
  return {
    operationId: String(operation["operationId"]),
    method: method.toUpperCase(),
    path,
    pattern: new RegExp(`^${path.replace(/\{[^}]+\}/g, "[^/]+")}$`, "i"),
    parameters,
    requestBody: body === null ? null : ajv.compile(jsonSchema(body, "closed")),
    responses: new Map(responses),
    examples: names.map(([name, example]) => ({
      name,
      parameters: fieldsOf(fieldsOf(example)["parameters"]),
      responses: Object.fromEntries(
        Object.entries(fieldsOf(fieldsOf(example)["responses"])).map(([status, each]) => [status, fieldsOf(each)]),
      ),
    })),
  };
}

function parameterOf(value: unknown): Parameter {
  const given = fieldsOf(value);
  const reference = given["$ref"];
  const found =
    typeof reference === "string"
      ? fieldsOf(fieldsOf(swagger["parameters"])[reference.split("/").at(-1) ?? ""])
      : given;
  const place = ["path", "query", "header", "body"].find((each) => each === found["in"]);
  if (place === undefined) throw new Error(`Expected a place of the parameter ${String(found["name"])}, got none`);
  return {
    name: String(found["name"]),
    in: place as Parameter["in"],
    required: found["required"] === true,
    type: typeof found["type"] === "string" ? found["type"] : null,
    schema: found["schema"] === undefined ? null : fieldsOf(found["schema"]),
  };
}

/**
 * A schema of Swagger 2.0 as JSON schema. `closed` refuses properties that no definition names: a client that sends the body of
 * another api-version is found out by that. Sets of values that the contract calls open stay open.
 */
function jsonSchema(value: unknown, kind: "open" | "closed"): Json {
  const given = resolved(fieldsOf(value));
  const properties: Record<string, unknown> = {};
  const required: unknown[] = [...listOf(given["required"])];
  for (const part of [given, ...listOf(given["allOf"]).map((each) => resolved(fieldsOf(each)))]) {
    required.push(...listOf(part["required"]));
    for (const [name, each] of Object.entries(fieldsOf(part["properties"]))) properties[name] = jsonSchema(each, kind);
  }
  const isObject = given["type"] === "object" || Object.keys(properties).length > 0;
  const extra = given["additionalProperties"];
  const isOpenSet = fieldsOf(given["x-ms-enum"])["modelAsString"] === true;
  return {
    ...(isObject ? { type: "object", properties } : {}),
    ...(!isObject && given["type"] !== undefined ? { type: given["type"] } : {}),
    ...(required.length > 0 ? { required: [...new Set(required)] } : {}),
    ...(given["items"] === undefined ? {} : { items: jsonSchema(given["items"], kind) }),
    ...(given["enum"] === undefined || isOpenSet ? {} : { enum: given["enum"] }),
    ...(given["pattern"] === undefined ? {} : { pattern: given["pattern"] }),
    ...(given["format"] === undefined ? {} : { format: given["format"] }),
    ...(extra !== undefined ? { additionalProperties: jsonSchema(extra, kind) } : {}),
    ...(extra === undefined && isObject && kind === "closed" && Object.keys(properties).length > 0
      ? { additionalProperties: false }
      : {}),
  };
}

function resolved(schema: Json): Json {
  const reference = schema["$ref"];
  return typeof reference === "string" ? fieldsOf(definitions[reference.replace("#/definitions/", "")]) : schema;
}

export function fieldsOf(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
