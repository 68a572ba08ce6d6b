import type { AzureSphereScenario, DeviceGroupSeed, FaultScript, FaultTarget } from "./scenario.ts";

const tenantId = "5b0e7a10-0000-4000-8000-000000000001";
const productId = "5b0e7a10-0000-4000-8000-000000000002";

/** Ids and credentials of `demoScenario`, stable so that example requests can name them. None opens anything real. */
export const demoIds = {
  tenantId,
  productId,
  productName: "coffee-machine",
  directoryId: "d14ec701-0000-4000-8000-000000000001",
  clientId: "c11e2700-0000-4000-8000-000000000001",
  clientObjectId: "c11e2700-0000-4000-8000-000000000002",
  clientSecret: "demo-client-secret",
  identityClientId: "1de27170-0000-4000-8000-000000000001",
  identityObjectId: "1de27170-0000-4000-8000-000000000002",
  identityHeader: "demo-identity-header",
  groups: {
    /** Completes after five seconds. */
    happy: "9a0b0000-0000-4000-8000-000000000001",
    /** Fails with code 4, InternalServerError. */
    failing: "9a0b0000-0000-4000-8000-000000000002",
    /** Ends with State 4, CompleteWithErrors; the details read says what went wrong. */
    partlyFailing: "9a0b0000-0000-4000-8000-000000000003",
    /** Answers the first two creates with 429 and `Retry-After: 3`. */
    throttled: "9a0b0000-0000-4000-8000-000000000004",
    /** Carries out the first create and breaks the connection instead of answering. */
    replyLost: "9a0b0000-0000-4000-8000-000000000005",
    /** Answers a create after 1.5 seconds and takes a minute. */
    slow: "9a0b0000-0000-4000-8000-000000000006",
    /** Breaks the connection of the first create, and carries it out 20 seconds later. */
    lateLanding: "9a0b0000-0000-4000-8000-000000000007",
    /** Stays InProgress for ever. */
    stuck: "9a0b0000-0000-4000-8000-000000000008",
    /** Has UpdatePolicy 1: a deployment succeeds and no device will take it. */
    updatesBlocked: "9a0b0000-0000-4000-8000-000000000009",
  },
  images: {
    app: "1a6e0000-0000-4000-8000-000000000001",
    boardConfig: "1a6e0000-0000-4000-8000-000000000002",
    /** The next version of `app`: the same component, so the two do not go together. */
    appNext: "1a6e0000-0000-4000-8000-000000000003",
    /** Not ready to deploy. */
    processing: "1a6e0000-0000-4000-8000-000000000004",
  },
  /** A device in the group `happy`. */
  deviceId: "de".repeat(64),
} as const;

const components = {
  app: "c0b0e270-0000-4000-8000-000000000001",
  boardConfig: "c0b0e270-0000-4000-8000-000000000002",
  processing: "c0b0e270-0000-4000-8000-000000000003",
};

/** A small fleet whose device groups behave as their names say. */
export function demoScenario(): AzureSphereScenario {
  const { groups, images } = demoIds;
  return {
    settings: { notStartedMs: 1_000, inProgressMs: 4_000 },
    tenants: [{ id: tenantId, name: "demo" }],
    products: [{ id: productId, tenantId, name: demoIds.productName }],
    groups: [
      group(groups.happy, "happy"),
      group(groups.failing, "failing"),
      group(groups.partlyFailing, "partly-failing"),
      group(groups.throttled, "throttled"),
      group(groups.replyLost, "reply-lost"),
      group(groups.slow, "slow"),
      group(groups.lateLanding, "late-landing"),
      group(groups.stuck, "stuck"),
      { ...group(groups.updatesBlocked, "updates-blocked"), updatePolicy: 1 },
    ],
    images: [
      { id: images.app, tenantId, name: "brew", componentId: components.app },
      { id: images.boardConfig, tenantId, name: "board", componentId: components.boardConfig, type: 21 },
      { id: images.appNext, tenantId, name: "brew-next", componentId: components.app },
      { id: images.processing, tenantId, name: "grind", componentId: components.processing, status: "Processing" },
    ],
    devices: [{ id: demoIds.deviceId, tenantId, deviceGroupId: groups.happy }],
    ...demoPrincipals(),
    outcomes: [
      {
        deviceGroupId: groups.failing,
        result: "failed",
        errorCode: 4,
        errorMessage: "The group could not be updated.",
      },
      {
        deviceGroupId: groups.partlyFailing,
        result: "complete-with-errors",
        errorMessage: "Some devices were not assigned.",
        detailsMessage: "2 of 40 devices were not assigned: they carry the appDevelopment capability.",
      },
      { deviceGroupId: groups.slow, result: "complete", notStartedMs: 10_000, inProgressMs: 50_000 },
      { deviceGroupId: groups.stuck, result: "stuck" },
    ],
    faults: demoFaults(),
  };
}

function demoPrincipals(): Pick<AzureSphereScenario, "clients" | "managedIdentities" | "roles"> {
  const { directoryId, clientId, clientObjectId, identityClientId, identityObjectId, identityHeader } = demoIds;
  const roleNames = ["Contributor"];
  return {
    clients: [{ directoryId, clientId, objectId: clientObjectId, secret: demoIds.clientSecret }],
    managedIdentities: [{ directoryId, clientId: identityClientId, objectId: identityObjectId, identityHeader }],
    roles: [clientObjectId, identityObjectId].map((objectId) => ({ tenantId, objectId, roleNames })),
  };
}

function demoFaults(): FaultScript[] {
  const { throttled, replyLost, slow, lateLanding } = demoIds.groups;
  return [
    { ...creates(throttled), kind: "status", status: 429, retryAfterSeconds: 3, times: 2 },
    { ...creates(replyLost), kind: "drop", takesEffect: true, times: 1 },
    { ...creates(slow), kind: "slow", delayMs: 1_500 },
    { ...creates(lateLanding), kind: "late-landing", landsAfterMs: 20_000, times: 1 },
  ];
}

function group(id: string, name: string): DeviceGroupSeed {
  return { id, tenantId, productId, name };
}

function creates(groupId: string): FaultTarget {
  return { method: "POST", path: `*/devicegroups/${groupId}/deployments` };
}
