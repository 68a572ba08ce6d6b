import type { RegisteredFunction } from "./core.ts";
import { responseOf } from "./http-response.ts";
import type { Instance } from "./instance.ts";
import { type HttpRegistration, triggerOf } from "./registrations.ts";
import { paramsOf, type Route } from "./routes.ts";
import type { HttpData, Nullable } from "./rpc.ts";

/** @see https://learn.microsoft.com/azure/azure-functions/function-keys-how-to */
export interface HostKeys {
  /** Takes all that is `admin` or less. */
  readonly master?: string;
  /** Takes every function that is `function` or less. */
  readonly host?: string;
  /** Each for one function, by its name. */
  readonly functions?: Readonly<Record<string, string>>;
}

export interface HttpFunctions {
  readonly instance: Instance;
  /** In the order in which they are tried. */
  readonly routes: readonly Route[];
  readonly registeredAs: (name: string) => RegisteredFunction;
  readonly keys: HostKeys;
}

/**
 * A request as the host handles it. A method that is not listed is no route at all: the host knows no 405, and no HEAD or OPTIONS of
 * its own (azure-functions-host issue 10098).
 */
export async function answer(functions: HttpFunctions, request: Request): Promise<Response> {
  const url = new URL(request.url);
  for (const route of functions.routes) {
    const params = route.registration.methods.includes(request.method) ? paramsOf(route, url.pathname) : null;
    if (params === null) continue;
    if (!isAllowed(route.registration, request, functions.keys)) return new Response(null, { status: 401 });
    return call(functions, route.registration, await rpcRequest(request, url, params));
  }
  return new Response(null, { status: 404 });
}

/** The header goes before the query. */
function isAllowed({ authLevel, name }: HttpRegistration, { headers, url }: Request, keys: HostKeys): boolean {
  if (authLevel === "anonymous") return true;
  const key = headers.get("x-functions-key") ?? new URL(url).searchParams.get("code");
  const taken = authLevel === "admin" ? [keys.master] : [keys.master, keys.host, keys.functions?.[name]];
  return key !== null && key !== "" && taken.includes(key);
}

async function call({ instance, registeredAs }: HttpFunctions, { name }: HttpRegistration, http: HttpData) {
  const registered = registeredAs(name);
  const { outcome } = await instance.run({
    registered,
    input: { name: triggerOf(registered)[0], data: { http } },
    triggerMetadata: {},
    about: { trigger: "http" },
  });
  if (outcome.kind === "lost") return new Response(null, { status: 502 });
  if (outcome.kind === "failed") return new Response(null, { status: 500 });
  return responseOf(outcome.response.returnValue?.http, http.method === "HEAD");
}

/** @see https://github.com/Azure/azure-functions-host/blob/dev/src/WebJobs.Script.Grpc/MessageExtensions/GrpcMessageConversionExtensions.cs */
async function rpcRequest(request: Request, url: URL, params: Readonly<Record<string, string>>): Promise<HttpData> {
  const bytes = Buffer.from(await request.arrayBuffer());
  const headers = { host: url.host, ...Object.fromEntries(request.headers) };
  const queries = [...new Set(url.searchParams.keys())].map((name) => [name, url.searchParams.getAll(name).join(",")]);
  return {
    method: request.method,
    url: request.url,
    nullableHeaders: nullable(headers),
    nullableQuery: nullable(Object.fromEntries(queries)),
    nullableParams: nullable(params),
    ...(bytes.length === 0 ? {} : { body: { bytes } }),
  };
}

const nullable = (values: Readonly<Record<string, string>>): Record<string, Nullable<string>> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }]));
