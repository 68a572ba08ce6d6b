import { createServer } from "node:http";

/**
 * The provider of the benchmark, in a process of its own: as little as a server can do, so that both loops are measured and not it.
 * Every operation answers three polls in progress, then complete.
 */
const inProgressPolls = 3;
const polls = new Map<string, number>();
let created = 0;

const tenant = "5b0e7a10-0000-4000-8000-000000000001";
const json = { "content-type": "application/json" };
const route =
  /^\/v2\/tenants\/[^/]+\/(?:(devicegroups)\/([^/]+)(\/deployments)?|(images)\/([^/]+)\/(metadata|status)|(operations)\/([^/]+))$/;

function operation(id: string, state: number): string {
  const at = "2026-11-21T00:00:00.0000000Z";
  return JSON.stringify({
    OperationId: id,
    TenantId: tenant,
    OperationType: 5,
    State: state,
    Error: null,
    CreatedDateUTC: at,
    StartedDateUTC: at,
    CompletedDateUTC: state === 2 ? at : null,
    ResourceLocation: state === 2 ? `/v2/tenants/${tenant}/deployments/${id}` : null,
    DetailsLocation: `/v2/tenants/${tenant}/operationTypes/deploytodevicegroup/operations/${id}`,
  });
}

function answer(method: string, path: string): { readonly status: number; readonly body: string } {
  if (method === "POST" && path.endsWith("/oauth2/v2.0/token")) {
    return { status: 200, body: '{"token_type":"Bearer","expires_in":3599,"access_token":"bench"}' };
  }
  const [, groups, group, deployments, images, image, part, , id] = route.exec(path) ?? [];
  if (groups && deployments && method === "POST") {
    created += 1;
    const operationId = `0c9d1c0e-0000-4000-8000-${String(created).padStart(12, "0")}`;
    polls.set(operationId, 0);
    return { status: 202, body: operation(operationId, 0) };
  }
  if (groups && deployments) return { status: 200, body: '{"Items":[],"ContinuationToken":null}' };
  if (groups) {
    const fields = { Id: group, TenantId: tenant, ProductId: tenant, Name: "bench", Description: null };
    return {
      status: 200,
      body: JSON.stringify({ ...fields, OsFeedType: 0, UpdatePolicy: 0, CurrentDeployment: null }),
    };
  }
  if (images && part === "status") return { status: 200, body: '{"Status":"Succeeded"}' };
  if (images) {
    return {
      status: 200,
      body: JSON.stringify({ Id: image, Name: "app", ComponentId: image, Description: null, Type: 10 }),
    };
  }
  const seen = id === undefined ? undefined : polls.get(id);
  if (id === undefined || seen === undefined) return { status: 404, body: "[]" };
  if (seen < inProgressPolls) {
    polls.set(id, seen + 1);
    return { status: 200, body: operation(id, 1) };
  }
  polls.delete(id);
  return { status: 200, body: operation(id, 2) };
}

const server = createServer((request, response) => {
  request.resume();
  request.on("end", () => {
    const { status, body } = answer(request.method ?? "GET", request.url ?? "/");
    response.writeHead(status, { ...json, "content-length": Buffer.byteLength(body) });
    response.end(body);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address && typeof address === "object") process.send?.(`http://127.0.0.1:${address.port}`);
});
