import { demoDpsIds, demoDpsScenario } from "../../../emulators/azure-dps/index.ts";
import type { AzureDpsScenario } from "../../../emulators/azure-dps/scenario.ts";

/** What is there to be changed and removed; each is asked for once. */
export const sparePolicies = Array.from({ length: 12 }, (_, index) => `spare-${index + 1}`);
export const oldServices = Array.from({ length: 8 }, (_, index) => `dps-old-${index + 1}`);

/** The policy of the hub whose key a link is to have. */
export const relinkedWith = "registration";
export const hubHost = `${demoDpsIds.hub}.azure-devices.net`;

/** The demo's subscription with more to change. */
export function dpsScenario(): AzureDpsScenario {
  const demo = demoDpsScenario();
  const { subscriptionId, resourceGroup, location, service } = demoDpsIds;
  const spare = sparePolicies.map((keyName) => ({ keyName, rights: "EnrollmentRead" }));
  return {
    ...demo,
    hubs: (demo.hubs ?? []).map((hub) => ({ ...hub, policies: [...(hub.policies ?? []), { keyName: relinkedWith }] })),
    services: [
      ...(demo.services ?? []).map((one) =>
        one.name === service ? { ...one, policies: [...(one.policies ?? []), ...spare] } : one,
      ),
      ...oldServices.map((name) => ({ subscriptionId, resourceGroup, location, name })),
    ],
  };
}
