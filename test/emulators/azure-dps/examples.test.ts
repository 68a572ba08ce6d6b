import { describe, expect, it } from "vitest";
import { type ContractOperation, fieldsOf, operations } from "./contract.ts";
import { API_VERSION, Harness, ids, START_MS, scenario } from "./harness.ts";
import { makeCertificate } from "./x509.ts";

/** What the examples need that their parameters cannot say: masked certificates, and etags of another time. */
const authority = makeCertificate({
  commonName: "testdevice1",
  notBeforeMs: START_MS - 1,
  notAfterMs: START_MS + 86_400_000,
});
const SERVICE = "myFirstProvisioningService";
const place = { subscriptionId: ids.subscription, resourceGroup: ids.group };
const policies = [
  { keyName: "testKey", rights: "RegistrationStatusWrite" },
  { keyName: "key2", rights: "ServiceConfig" },
];

const seeded = {
  ...scenario,
  services: [
    { ...place, name: SERVICE, location: "eastus", policies, idScope: "0ne00000012" },
    { ...place, name: "mySecondProvisioningService", location: "eastus" },
  ],
};

/** Known flaws: an answer of the example that the real service does not give, by example. */
const otherStatus: Readonly<Record<string, number>> = { DPSCreate: 201, DPSDelete: 202 };
/** Known flaws of the examples, and what only a finished operation shows. */
const notCompared: Readonly<Record<string, readonly string[]>> = {
  // The example shows the service after the operation.
  DPSCreate: ["/properties/idScope", "/properties/state", "/properties/authorizationPolicies", "/etag"],
  // Recorded answers have no such property; the switch policiesInGet brings it back.
  DPSGet: ["/properties/authorizationPolicies"],
};

const all = operations.flatMap((operation) => operation.examples.map((example) => ({ operation, example })));

describe("the examples of the contract", () => {
  it("are eighteen, one for each operation", () => {
    expect(all).toHaveLength(18);
    expect(new Set(all.map(({ operation }) => operation.operationId)).size).toBe(18);
  });

  it.each(all)("are answered as $example.name says", async ({ operation, example }) => {
    const harness = new Harness({ scenario: seeded });
    harness.emulator.configure({ statusUrl: "short" });
    const prepared = await prepare(harness, operation, example.name);
    const parameters: Record<string, unknown> = { ...example.parameters, ...prepared };
    const missing = example.name === "DPSCreate" ? `${SERVICE}-new` : SERVICE;
    if (parameters["provisioningServiceName"] !== undefined) parameters["provisioningServiceName"] = missing;
    const reply = await harness.ask<unknown>(addressOf(operation, parameters), {
      method: operation.method,
      headers: typeof parameters["If-Match"] === "string" ? { "if-match": parameters["If-Match"] } : {},
      ...bodyOf(operation, parameters),
    });
    const status = otherStatus[example.name] ?? Number(Object.keys(example.responses)[0]);
    expect(reply.status).toBe(status);
    expect(harness.traffic.seen()).toContain(operation.operationId);
    const expected = example.responses[String(status)]?.body;
    if (expected === undefined) return;
    const shape = shapeOf(expected, "", notCompared[example.name] ?? []);
    expect(shapeOf(reply.body, "", [])).toMatchObject(shape as object);
  });
});

/** Gives the example's resources the state that it takes for granted; returns parameters in place of its masked or stale ones. */
async function prepare(
  harness: Harness,
  { operationId, path }: ContractOperation,
  name: string,
): Promise<Record<string, unknown>> {
  const service = `/subscriptions/${ids.subscription}/resourceGroups/${ids.group}/providers/Microsoft.Devices/provisioningServices/${SERVICE}`;
  const certificate = `${service}/certificates/cert`;
  if (operationId === "IotDpsResource_GetOperationResult") {
    const { body } = await harness.get(service);
    const reply = await harness.put({ location: body.location, sku: body.sku, properties: {} }, {}, service);
    harness.tick(60_000);
    const url = new URL(reply.headers.get("azure-asyncoperation") ?? "");
    return { operationId: decodeURIComponent(url.pathname.split("/").at(-1) ?? "") };
  }
  if (name === "DPSCreateOrUpdateCertificate") return { certificateDescription: { certificate: authority.encoded } };
  if (!path.includes("/certificates")) return {};
  const put = { method: "PUT", body: { certificate: authority.encoded } };
  const uploaded = await harness.ask<{ etag: string }>(certificate, put);
  if (operationId !== "DpsCertificate_VerifyCertificate") return { "If-Match": uploaded.body.etag };
  const coded = await harness.ask<{ etag: string; properties: { verificationCode: string } }>(
    `${certificate}/generateVerificationCode`,
    { method: "POST", headers: { "if-match": uploaded.body.etag } },
  );
  const leaf = makeCertificate({
    commonName: coded.body.properties.verificationCode,
    notBeforeMs: START_MS - 1,
    notAfterMs: START_MS + 86_400_000,
    issuer: authority,
  });
  return { "If-Match": coded.body.etag, request: { certificate: leaf.encoded } };
}

function addressOf(operation: ContractOperation, parameters: Record<string, unknown>): string {
  const path = operation.path.replace(/\{([^}]+)\}/g, (_all, name: string) =>
    encodeURIComponent(String(parameters[name])),
  );
  const query = new URLSearchParams({ "api-version": API_VERSION });
  for (const { name, in: place } of operation.parameters) {
    if (place === "query" && parameters[name] !== undefined) query.set(name, String(parameters[name]));
  }
  return `https://management.azure.com${path}?${query}`;
}

function bodyOf(operation: ContractOperation, parameters: Record<string, unknown>): { body?: unknown } {
  const name = operation.parameters.find((parameter) => parameter.in === "body")?.name;
  return name === undefined ? {} : { body: parameters[name] };
}

/** Names and types; of lists the first item, as what the seed has is no more than the example has. */
function shapeOf(value: unknown, at: string, leftOut: readonly string[]): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0], `${at}/0`, leftOut)];
  if (typeof value !== "object" || value === null) return typeof value;
  const entries = Object.entries(fieldsOf(value)).filter(([name]) => !leftOut.includes(`${at}/${name}`));
  return Object.fromEntries(entries.map(([name, each]) => [name, shapeOf(each, `${at}/${name}`, leftOut)]));
}
