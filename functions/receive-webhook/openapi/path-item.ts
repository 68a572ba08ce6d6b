import type { Components } from "../../../lib/contracts/documents/components.ts";
import type { RouteSecurity } from "../security.ts";
import type { Answer, Content, Description } from "./description.ts";
import { type Parameter, pathParameters } from "./parameters.ts";
import { headersOf, type ProblemStatus, problemResponses } from "./problems.ts";
import { requirementsOf } from "./security-schemes.ts";

/** One route as OpenAPI says it: from the table what it needs, from its description what it means. */
export function operationOf(security: RouteSecurity, description: Description, components: Components) {
  const { operationId, summary, description: text, tag, parameters = [], body, answers } = description;
  const all = [...pathParameters(security.path), ...parameters];
  const own = Object.entries(answers).map(([status, answer]) => [status, answerOf(answer, components)]);
  const problems = [...problemsOf(security, description)].map(([status, why]) => [
    status,
    { $ref: `#/components/responses/${problemResponses[status].name}`, description: why },
  ]);
  return {
    operationId,
    summary,
    description: text,
    tags: [tag],
    security: requirementsOf(security),
    "x-drover-action": security.action,
    ...(all.length > 0 ? { parameters: all.map(parameterOf) } : {}),
    ...(body ? { requestBody: { required: body.required, content: contentOf(body.content, components) } } : {}),
    responses: Object.fromEntries([...own, ...problems]),
  };
}

function parameterOf(parameter: Parameter) {
  return { ...parameter, ...(parameter.in === "path" ? { required: true } : {}) };
}

function answerOf({ description, headers, content }: Answer, components: Components) {
  return {
    description,
    ...(headers ? { headers: headersOf(headers) } : {}),
    ...(content ? { content: contentOf(content, components) } : {}),
  };
}

function contentOf(content: Readonly<Record<string, Content>>, components: Components) {
  return Object.fromEntries(
    Object.entries(content).map(([type, schema]) => [
      type,
      { schema: "_zod" in schema ? components.reference(schema) : schema },
    ]),
  );
}

/** Every problem that a route answers: those of its kind, and those of its own. */
function problemsOf(
  { action }: Pick<RouteSecurity, "action">,
  { body, parameters, problems = {} }: Pick<Description, "body" | "parameters" | "problems">,
): ReadonlyMap<ProblemStatus, string> {
  const usual: readonly ProblemStatus[] = [
    // The listener answers it before any route is asked.
    431,
    ...(action === "open" ? [] : ([401, 403, 429, 500] as const)),
    ...(body ? ([400, 413, 422] as const) : []),
    ...(parameters && action !== "open" ? ([400] as const) : []),
  ];
  const all = new Map<ProblemStatus, string>();
  for (const status of Object.keys(problemResponses).map(Number).filter(isProblemStatus)) {
    const text = problems[status] ?? (usual.includes(status) ? problemResponses[status].description : undefined);
    if (text !== undefined) all.set(status, text);
  }
  return all;
}

function isProblemStatus(status: number): status is ProblemStatus {
  return Object.hasOwn(problemResponses, status);
}
