import { createServer } from "node:http";

/**
 * A provider that costs next to nothing, in a process of its own: Azure Sphere's API as far as a deployment needs it. What it has begun
 * stands in the ids that it gave out, so that it holds nothing itself. Its only parameter says after how many milliseconds one is complete.
 */
const completeAfterMs = Number(process.argv[2] ?? Number.POSITIVE_INFINITY);
const counts = { created: 0, polls: 0 };
const tenant = "5b0e7a10-0000-4000-8000-000000000001";
const zero = "0000-4000-8000";
const route =
  /^\/v2\/tenants\/[^/]+\/(?:(devicegroups)\/([^/]+)(\/deployments)?|(images)\/([^/]+)\/(metadata|status)|(operations)\/([^/]+))$/;
const idOf = (createdAt: number, count: number) =>
  `${count.toString(16).padStart(8, "0")}-${zero}-${createdAt.toString(16).padStart(12, "0")}`;
const createdAtOf = (id: string) => Number.parseInt(id.slice(-12), 16);

function operation(id: string, state: 0 | 1 | 2): object {
  const at = new Date(createdAtOf(id)).toISOString();
  return {
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
  };
}

function answer(method: string, path: string): readonly [number, object] {
  if (path.endsWith("/oauth2/v2.0/token")) {
    return [200, { token_type: "Bearer", expires_in: 3599, access_token: "load" }];
  }
  const [, groups, group, deployments, images, image, part, , id] = route.exec(path) ?? [];
  if (groups && deployments && method === "POST") {
    counts.created += 1;
    return [202, operation(idOf(Date.now(), counts.created), 0)];
  }
  if (groups && deployments) return [200, { Items: [], ContinuationToken: null }];
  if (groups) {
    const fields = { Id: group, TenantId: tenant, ProductId: tenant, Name: "load", Description: null };
    return [200, { ...fields, OsFeedType: 0, UpdatePolicy: 0, CurrentDeployment: null }];
  }
  if (images && part === "status") return [200, { Status: "Succeeded" }];
  if (images) return [200, { Id: image, Name: "app", ComponentId: image, Description: null, Type: 10 }];
  if (id === undefined) return [404, []];
  counts.polls += 1;
  return [200, operation(id, Date.now() - createdAtOf(id) >= completeAfterMs ? 2 : 1)];
}

const server = createServer((request, response) => {
  request.resume();
  request.on("end", () => {
    const [status, body] = answer(request.method ?? "GET", request.url ?? "/");
    const text = JSON.stringify(body);
    response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
    response.end(text);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address && typeof address === "object") process.send?.(`http://127.0.0.1:${address.port}`);
});
process.on("message", () => process.send?.({ ...counts }));
process.on("disconnect", () => process.exit());
