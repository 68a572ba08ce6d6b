import { demoDpsIds } from "../../emulators/azure-dps/index.ts";
import { demoIds } from "../../emulators/azure-sphere/index.ts";
import { demoHeatIds, type Flavour } from "../../emulators/heat/index.ts";
import { emulatedDps, emulatedTargets } from "../starter/azure-dps.ts";
import { emulatedSphere } from "../starter/azure-sphere.ts";
import { emulatedHeat, emulatedLogins } from "../starter/heat.ts";
import type { Demo } from "./serve-emulator.ts";

export function sphereDemo(url: string): Demo {
  const { tenantId, productId, groups, images, clientSecret } = demoIds;
  return {
    ids: demoIds,
    connections: { emulated: emulatedSphere(url, "env:EMULATOR_SECRET") },
    variables: { EMULATOR_SECRET: clientSecret },
    sections: [
      {
        title: "The tenant:",
        fields: [
          ["Sphere tenant", tenantId],
          ["product", productId],
        ],
      },
      { title: "Device groups, which behave as they are called:", fields: Object.entries(groups) },
      { title: "Images:", fields: Object.entries(images) },
    ],
    init: "--emulator",
  };
}

export function heatDemo(flavour: Flavour, url: string): Demo {
  const { configId, servers, failingServer, replyLostServer, lateLandingServer, ...rest } = demoHeatIds;
  const secrets = { login: "env:EMULATOR_SECRET", tempUrlKey: "env:EMULATOR_KEY" };
  return {
    ids: demoHeatIds,
    connections: { emulated: emulatedHeat(flavour, url, secrets) },
    variables: { EMULATOR_SECRET: emulatedLogins[flavour], EMULATOR_KEY: rest.tempUrlKey },
    sections: [
      {
        title: "Servers, which behave as they are called:",
        fields: [
          ["good", servers[0] ?? ""],
          ["the next 17", `up to ${servers[17]}`],
          ["failing", failingServer],
          ["reply lost", replyLostServer],
          ["late landing", lateLandingServer],
          ["slow", rest.slowServer],
          ["stuck", rest.stuckServer],
          ["without agent", rest.agentlessServer],
        ],
      },
      {
        title: "A software config with the input version and the output result:",
        fields: [[rest.configName, configId]],
      },
    ],
    init: `--provider heat --flavour ${flavour} --emulator`,
  };
}

export function dpsDemo(url: string): Demo {
  const { subscriptionId, resourceGroup, service, policy, ownerPolicy, hub, clientSecret } = demoDpsIds;
  return {
    ids: demoDpsIds,
    connections: { emulated: emulatedDps(url, "env:EMULATOR_SECRET") },
    publishTargets: emulatedTargets(url, "env:EMULATOR_SECRET"),
    variables: { EMULATOR_SECRET: clientSecret },
    sections: [
      {
        title: "The subscription:",
        fields: [
          ["subscription", subscriptionId],
          ["resource group", resourceGroup],
          ["service", service],
          ["policies", `${policy}, ${ownerPolicy}`],
          ["linked hub", hub],
        ],
      },
    ],
    init: "--provider azure-dps --emulator",
  };
}
