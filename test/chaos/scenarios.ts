import { demoIotScenario, type IotScenario } from "../../emulators/aws-iot/index.ts";
import { demoPanoramaScenario, type PanoramaScenario } from "../../emulators/aws-panorama/index.ts";
import { type AzureDpsScenario, demoDpsIds, demoDpsScenario } from "../../emulators/azure-dps/index.ts";
import { type AzureSphereScenario, demoIds, demoScenario } from "../../emulators/azure-sphere/index.ts";
import { demoHeatScenario, type Flavour, type HeatScenario } from "../../emulators/heat/index.ts";
import type { Fleet } from "./fleet.ts";

/** What the emulators of a run are told: who exists, at a pace of tenths of a second, and how often an answer is lost or comes late. */

export function sphereScenario({ groups }: Fleet): AzureSphereScenario {
  const { tenantId, productId } = demoIds;
  const creates = { method: "POST", path: "*/deployments" } as const;
  return {
    ...demoScenario(),
    settings: { notStartedMs: 50, inProgressMs: 300 },
    groups: groups.map(({ id }, index) => ({ id, tenantId, productId, name: `group ${index}` })),
    devices: [],
    outcomes: groups.flatMap(({ id, result }) =>
      result === "complete" ? [] : [{ deviceGroupId: id, result, errorMessage: "as ordered" }],
    ),
    faults: [
      { kind: "drop", takesEffect: true, probability: 0.05, ...creates },
      { kind: "drop", probability: 0.04, ...creates },
      { kind: "late-landing", landsAfterMs: 500, probability: 0.03, ...creates },
      { kind: "status", status: 500, takesEffect: true, probability: 0.03, ...creates },
      { kind: "status", status: 429, retryAfterSeconds: 1, probability: 0.03, ...creates },
      { kind: "status", status: 503, probability: 0.02, method: "GET", path: "/v2/*" },
      { kind: "cut-json", probability: 0.01, method: "GET", path: "*/operations/*" },
    ],
  };
}

export function heatScenario(flavour: Flavour, { failingServers }: Fleet): HeatScenario {
  const scenario = demoHeatScenario(flavour);
  const creates = { method: "POST", path: "*/software_deployments" } as const;
  return {
    ...scenario,
    settings: { ...scenario.settings, pickUpMs: 200, runMs: 500 },
    servers: [],
    outcomes: failingServers.map((serverId) => ({ serverId, result: "failed", stderr: "as ordered" }) as const),
    faults: [
      { kind: "drop", takesEffect: true, probability: 0.05, ...creates },
      { kind: "drop", probability: 0.03, ...creates },
      { kind: "late-landing", landsAfterMs: 500, probability: 0.03, ...creates },
      { kind: "status", status: 503, probability: 0.02, method: "GET", path: "*/software_deployments/*" },
    ],
  };
}

export function panoramaScenario(signatureSkewMs?: number): PanoramaScenario {
  const scenario = demoPanoramaScenario();
  const quick = { provisioningMs: 400, connectMs: 0, deleteMs: 300, listDelayMs: 200, describeDelayMs: 100 };
  const skew = signatureSkewMs === undefined ? {} : { signatureSkewMs };
  const settings = { ...scenario.settings, ...quick, ...skew, deviceQuota: 100_000, throttling: null, pageSize: 25 };
  return { ...scenario, devices: [], settings, faults: lostAnswers("ProvisionDevice") };
}

export function iotScenario(signatureSkewMs?: number): IotScenario {
  const scenario = demoIotScenario();
  const skew = signatureSkewMs === undefined ? {} : { signatureSkewMs };
  const settings = { ...scenario.settings, ...skew, callsPerSecond: null };
  return { ...scenario, settings, faults: lostAnswers("CreateProvisioningClaim") };
}

export function dpsScenario({ services }: Fleet): AzureDpsScenario {
  const all = demoDpsScenario();
  const { subscriptionId, resourceGroup, location, policy, ownerPolicy } = demoDpsIds;
  const policies = [
    { keyName: ownerPolicy, rights: "ServiceConfig, DeviceConnect, EnrollmentWrite" },
    { keyName: policy, rights: "EnrollmentRead, EnrollmentWrite" },
  ];
  return {
    ...all,
    settings: { ...all.settings, updateMs: 300, throttling: null },
    services: services.map((name) => ({ subscriptionId, resourceGroup, location, name, policies })),
    enrollmentGroups: [],
    faults: lostAnswers("IotDpsResource_CreateOrUpdate"),
  };
}

function lostAnswers(operation: string) {
  return [
    { kind: "drop", takesEffect: true, probability: 0.05, operation } as const,
    { kind: "drop", probability: 0.04, operation } as const,
    { kind: "status", status: 503, probability: 0.02, method: "GET" } as const,
  ];
}
