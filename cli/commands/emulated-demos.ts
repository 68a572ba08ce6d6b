import { demoIotIds } from "../../emulators/aws-iot/index.ts";
import { demoPanoramaIds } from "../../emulators/aws-panorama/index.ts";
import { demoDpsIds } from "../../emulators/azure-dps/index.ts";
import { demoIds } from "../../emulators/azure-sphere/index.ts";
import { demoHeatIds, type Flavour } from "../../emulators/heat/index.ts";
import { emulatedIot } from "../starter/aws-iot.ts";
import { emulatedPanorama, panoramaPort } from "../starter/aws-panorama.ts";
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

export function panoramaDemo(url: string): Demo {
  const { accountId, region, secretAccessKey, ...devices } = demoPanoramaIds;
  const { port } = new URL(url);
  const at = port === String(panoramaPort) ? "" : ` --port ${port}`;
  return {
    ids: demoPanoramaIds,
    connections: { emulated: emulatedPanorama(url, "env:EMULATOR_SECRET") },
    variables: { EMULATOR_SECRET: secretAccessKey },
    sections: [
      {
        title: `Devices of account ${accountId} in ${region}:`,
        fields: [
          [devices.device, `${devices.deviceId}, online`],
          [devices.offlineDevice, `${devices.offlineDeviceId}, offline`],
          [devices.waitingDevice, `${devices.waitingDeviceId}, waits for an archive that nobody has`],
        ],
      },
      {
        title: "To plug an archive into an appliance:",
        fields: [
          ["with drover", `drover emulate plug-in certificates-omni_NAME.zip${at}`],
          ["with any program", `POST the file to ${url}/_/plug-in?file=certificates-omni_NAME.zip`],
        ],
      },
    ],
    init: "--provider aws-panorama --emulator",
  };
}

export function iotDemo(url: string): Demo {
  const { accountId, region, template, secretAccessKey } = demoIotIds;
  return {
    ids: demoIotIds,
    connections: { emulated: emulatedIot(url, "env:EMULATOR_SECRET") },
    variables: { EMULATOR_SECRET: secretAccessKey },
    sections: [{ title: `Account ${accountId} in ${region}:`, fields: [["provisioning template", template]] }],
    init: "--provider aws-iot --emulator",
  };
}
