import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

/** Holds real requests and answers against an OpenAPI document. */

type Node = Readonly<Record<string, unknown>>;
const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && !Array.isArray(value);
const nodeAt = (node: unknown, key: string): Node => {
  const found = isNode(node) ? node[key] : undefined;
  return isNode(found) ? found : {};
};

/** What vendors answer is passed on, whatever it holds. */
const openBecauseOfVendors = new Set(["HeatSoftwareConfig", "HeatDeployment"]);

/** The same schema, in which every object has the properties that are declared, and no others. */
function closed(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(closed);
  if (!isNode(node)) return node;
  const inner = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, closed(value)]));
  return isNode(node["properties"]) && !("additionalProperties" in node)
    ? { ...inner, additionalProperties: false }
    : inner;
}

export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly sent: { readonly contentType?: string | undefined; readonly body?: string | undefined };
  readonly answer: { readonly status: number; readonly headers: Headers; readonly text: string };
}

/** Headers that say nothing of ours. */
const ordinary = new Set([
  "content-type",
  "content-length",
  "cache-control",
  "x-accel-buffering",
  "x-content-type-options",
]);

const mediaTypeOf = (contentType: string) => contentType.split(";")[0]?.trim().toLowerCase() ?? "";

export interface Contract {
  /** `METHOD /path` of every route that is declared, with its statuses. */
  readonly declared: ReadonlyMap<string, readonly number[]>;
  /** What is wrong with an exchange; nothing when it is as declared. */
  breachesOf(exchange: Exchange): readonly string[];
  keyOf(method: string, path: string): string | undefined;
}

export function contractOf(document: unknown): Contract {
  const schemas = nodeAt(nodeAt(document, "components"), "schemas");
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  const answers = Object.entries(schemas).map(([name, schema]) => [
    name,
    openBecauseOfVendors.has(name) ? schema : closed(schema),
  ]);
  ajv.addSchema({ $id: "answers", components: { schemas: Object.fromEntries(answers) } });
  ajv.addSchema({ $id: "requests", components: { schemas } });
  const compiled = new Map<string, ValidateFunction>();
  const problemsIn = (kind: "answers" | "requests", schema: Node, value: unknown): readonly string[] => {
    const absolute = JSON.stringify(kind === "answers" ? closed(schema) : schema).replaceAll('"#/', `"${kind}#/`);
    const validate = compiled.get(absolute) ?? ajv.compile(JSON.parse(absolute));
    compiled.set(absolute, validate);
    if (validate(value)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${kind} ${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  };

  const routes = Object.entries(nodeAt(document, "paths")).flatMap(([path, item]) =>
    Object.entries(isNode(item) ? item : {}).map(([method, operation]) => ({
      key: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`),
      operation: isNode(operation) ? operation : {},
    })),
  );
  const routeOf = (method: string, path: string) =>
    routes.find((route) => route.method === method && route.pattern.test(path.split("?")[0] ?? ""));

  function answerBreaches(operation: Node, { answer }: Exchange): readonly string[] {
    const found = nodeAt(operation["responses"], String(answer.status));
    const reference = found["$ref"];
    const response =
      typeof reference === "string"
        ? nodeAt(nodeAt(nodeAt(document, "components"), "responses"), reference.split("/").at(-1) ?? "")
        : found;
    if (Object.keys(response).length === 0) return [`status ${answer.status} is not declared`];
    const declaredHeaders = nodeAt(response, "headers");
    const missing = Object.entries(declaredHeaders).flatMap(([name, header]) =>
      isNode(header) && header["required"] === true && !answer.headers.has(name) ? [`header ${name} is missing`] : [],
    );
    const undeclared = [...answer.headers.keys()].filter((name) => !ordinary.has(name) && !(name in declaredHeaders));
    return [
      ...missing,
      ...undeclared.map((name) => `header ${name} is not declared`),
      ...contentBreaches("answers", response, answer.headers.get("content-type") ?? undefined, answer.text),
    ];
  }

  function contentBreaches(
    kind: "answers" | "requests",
    holder: Node,
    contentType: string | undefined,
    text: string,
  ): readonly string[] {
    const content = nodeAt(holder, "content");
    if (Object.keys(content).length === 0) return text === "" ? [] : [`${kind}: a body is not declared`];
    const mediaType = mediaTypeOf(contentType ?? "");
    const declared = content[mediaType];
    if (!isNode(declared)) return [`${kind}: content type ${mediaType} is not declared`];
    const isJson = /[/+]json$/.test(mediaType);
    return problemsIn(kind, nodeAt(declared, "schema"), isJson ? JSON.parse(text) : text);
  }

  /** What was taken has to be what is declared; what was refused may be anything. */
  function requestBreaches(operation: Node, { path, sent, answer }: Exchange): readonly string[] {
    if (answer.status >= 300) return [];
    const parameters = Array.isArray(operation["parameters"]) ? operation["parameters"].filter(isNode) : [];
    const query = [...new URLSearchParams(path.split("?")[1] ?? "")].flatMap(([name, value]) => {
      const parameter = parameters.find((each) => each["in"] === "query" && each["name"] === name);
      if (!parameter) return [`parameter ${name} is not declared`];
      const schema = nodeAt(parameter, "schema");
      return problemsIn("requests", schema, schema["type"] === "integer" ? Number(value) : value);
    });
    const { body } = sent;
    const declared = operation["requestBody"];
    if (body === undefined) {
      const isMissing = isNode(declared) && declared["required"] === true;
      return isMissing ? [...query, "a body is declared as required"] : query;
    }
    return [...query, ...contentBreaches("requests", isNode(declared) ? declared : {}, sent.contentType, body)];
  }

  return {
    declared: new Map(
      routes.map(({ key, operation }) => [key, Object.keys(nodeAt(operation, "responses")).map(Number)]),
    ),
    keyOf: (method, path) => routeOf(method, path)?.key,
    breachesOf(exchange) {
      const { operation } = routeOf(exchange.method, exchange.path) ?? {};
      if (!operation) return ["the route is not declared"];
      return [...requestBreaches(operation, exchange), ...answerBreaches(operation, exchange)];
    },
  };
}
