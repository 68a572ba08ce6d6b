import type { AzureDpsScenario } from "./scenario.ts";

/** Ids and credentials of `demoDpsScenario`, stable so that example requests can name them. None opens anything real. */
export const demoDpsIds = {
  subscriptionId: "5b0e7a10-0000-4000-8000-0000000000d5",
  resourceGroup: "iot-eu",
  service: "dps-eu",
  idScope: "0neD0000EE1",
  location: "westeurope",
  /** The policy that back-end applications sign with. */
  policy: "backend",
  ownerPolicy: "provisioningserviceowner",
  hub: "hub-eu",
  hubPolicy: "iothubowner",
  enrollmentGroup: "coffee-machines",
  directoryId: "d14ec701-0000-4000-8000-000000000001",
  clientId: "c11e2700-0000-4000-8000-0000000000d5",
  clientObjectId: "c11e2700-0000-4000-8000-0000000000d6",
  clientSecret: "demo-client-secret",
  identityClientId: "1de27170-0000-4000-8000-0000000000d5",
  identityObjectId: "1de27170-0000-4000-8000-0000000000d6",
  identityHeader: "demo-identity-header",
} as const;

/** One subscription, one resource group, the service `dps-eu` with two policies, and the hub it is linked to. */
export function demoDpsScenario(): AzureDpsScenario {
  const { subscriptionId, resourceGroup, location, directoryId } = demoDpsIds;
  const place = { subscriptionId, resourceGroup, location };
  return {
    settings: { createMs: 6_000, updateMs: 4_000, deleteMs: 3_000, throttleRetryAfterSeconds: 5 },
    subscriptions: [{ id: subscriptionId, resourceGroups: [resourceGroup] }],
    hubs: [{ ...place, name: demoDpsIds.hub, policies: [{ keyName: demoDpsIds.hubPolicy }] }],
    services: [
      {
        ...place,
        name: demoDpsIds.service,
        idScope: demoDpsIds.idScope,
        tags: { owner: "coffee" },
        policies: [
          { keyName: demoDpsIds.ownerPolicy, rights: "ServiceConfig, DeviceConnect, EnrollmentWrite" },
          { keyName: demoDpsIds.policy, rights: "EnrollmentRead, EnrollmentWrite" },
        ],
        hubs: [{ name: demoDpsIds.hub, keyName: demoDpsIds.hubPolicy }],
      },
    ],
    enrollmentGroups: [{ service: demoDpsIds.service, id: demoDpsIds.enrollmentGroup }],
    clients: [
      {
        directoryId,
        clientId: demoDpsIds.clientId,
        objectId: demoDpsIds.clientObjectId,
        secret: demoDpsIds.clientSecret,
      },
    ],
    managedIdentities: [
      {
        directoryId,
        clientId: demoDpsIds.identityClientId,
        objectId: demoDpsIds.identityObjectId,
        identityHeader: demoDpsIds.identityHeader,
      },
    ],
  };
}
