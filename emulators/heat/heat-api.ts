import { type Answer, json } from "./answer.ts";
import { type Admission, bodyText, type Call, decoded, type HeatCall, publicUrl } from "./call.ts";
import { fault, keystoneDown, unauthorized } from "./error-shapes.ts";
import { parsePythonJson } from "./python-json.ts";
import { createConfig, deleteConfig, listConfigs, showConfig } from "./routes/configs.ts";
import { createDeployment } from "./routes/create-deployment.ts";
import {
  deleteDeployment,
  listDeployments,
  serverMetadata,
  showDeployment,
  updateDeployment,
} from "./routes/deployments.ts";
import { createStack, signalResource } from "./routes/stacks.ts";
import { acceptedToken } from "./tokens.ts";
import type { IssuedToken, World } from "./world.ts";

type Handle = (call: HeatCall) => Answer;

interface Route {
  /** Segments after the project; `*` takes one. */
  readonly segments: readonly string[];
  /** In the order in which `Allow` names them. */
  readonly methods: Readonly<Record<string, Handle>>;
}

/** The first that matches counts: `metadata` is no id. */
const ROUTES: readonly Route[] = [
  { segments: ["software_configs"], methods: { GET: listConfigs, POST: createConfig } },
  { segments: ["software_configs", "*"], methods: { GET: showConfig, DELETE: deleteConfig } },
  { segments: ["software_deployments"], methods: { GET: listDeployments, POST: createDeployment } },
  { segments: ["software_deployments", "metadata", "*"], methods: { GET: serverMetadata } },
  {
    segments: ["software_deployments", "*"],
    methods: { GET: showDeployment, PUT: updateDeployment, DELETE: deleteDeployment },
  },
  { segments: ["stacks"], methods: { POST: createStack } },
  { segments: ["stacks", "*", "*", "resources", "*", "signal"], methods: { POST: signalResource } },
];

/** `GET /`: which versions there are, without a token. */
export function versions(world: World, call: Call): Answer {
  const href = `${world.settings.publicUrl ?? call.url.origin}/v1/`;
  return json(300, { versions: [{ id: "v1.0", status: "CURRENT", links: [{ rel: "self", href }] }] });
}

/** Token first, then the route, then the body, and only then whether the project of the path is the token's. */
export function admitToHeat(world: World, call: Call): Admission {
  const { settings } = world;
  const token = acceptedToken(world, call.headers.get("x-auth-token"), call.atMs);
  if (token === "unknown") return { refusal: keystoneDown() };
  if (token === null) return { refusal: tokenRefused(world, call) };
  const [projectId = "", ...segments] = call.url.pathname.split("/").slice(2).map(decoded);
  const route = ROUTES.find((one) => matches(one.segments, segments));
  if (route === undefined) return { refusal: fault(settings, 404) };
  if (call.method === "OPTIONS") {
    const allow = Object.keys(route.methods).join(",");
    return { refusal: { status: 204, headers: [["Allow", allow]], text: "" } };
  }
  const handle = Object.hasOwn(route.methods, call.method) ? route.methods[call.method] : undefined;
  if (handle === undefined) return { refusal: fault(settings, 405) };
  const body = parsedBody(world, call);
  if ("status" in body) return { refusal: body };
  const refusal = forbidden(world, call, token, projectId);
  if (refusal !== null) return { refusal };
  const params = segments.filter((_, index) => route.segments[index] === "*");
  return { carryOut: (atMs) => handle(heatCall(world, { ...call, atMs }, token, params, body.value)) };
}

export function tokenRefused(world: World, call: Call): Answer {
  return unauthorized(world.settings, `${publicUrl(world.settings, call.url)}/v3`, call.requestId);
}

function heatCall(world: World, call: Call, token: IssuedToken, params: readonly string[], value: unknown): HeatCall {
  const isAdmin = token.roles.includes("admin");
  return { ...call, world, settings: world.settings, params, json: value, projectId: token.projectId ?? "", isAdmin };
}

function matches(pattern: readonly string[], segments: readonly string[]): boolean {
  if (pattern.length !== segments.length) return false;
  return pattern.every((part, index) => (part === "*" ? segments[index] !== "" : part === segments[index]));
}

function parsedBody({ settings }: World, call: Call): Answer | { readonly value: unknown } {
  const size = call.body.length;
  if (size > settings.maxBodyBytes) {
    const message = `Request limit exceeded: JSON body size (${size} bytes) exceeds maximum allowed size (${settings.maxBodyBytes} bytes).`;
    return fault(settings, 400, { type: "RequestLimitExceeded", message });
  }
  if (size === 0) return { value: undefined };
  const parsed = parsePythonJson(bodyText(call));
  return "problem" in parsed ? fault(settings, 400, { message: parsed.problem }) : parsed;
}

/** The role `admin` opens every project; a stack's own user none of these calls. */
function forbidden({ settings }: World, call: Call, token: IssuedToken, projectId: string): Answer | null {
  const { projectId: scope, roles } = token;
  if (roles.includes("admin")) return null;
  const mayWrite = roles.some((role) => settings.writeRoles.includes(role));
  const mayDelete = mayWrite && !roles.every((role) => settings.undeletingRoles.includes(role));
  const allowed =
    call.method === "GET"
      ? roles.some((role) => role !== "heat_stack_user")
      : call.method === "DELETE"
        ? mayDelete
        : mayWrite;
  return scope === projectId && allowed ? null : fault(settings, 403);
}
