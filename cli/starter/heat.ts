import { demoHeatIds, type Flavour } from "../../emulators/heat/index.ts";
import { emulatedPace, emulatorSecretFile, type Starter } from "./starter.ts";

export const flavours = ["openstack", "otc", "rackspace"] as const satisfies readonly Flavour[];

/** Where `drover init --emulator` and the examples expect each. */
export const heatPorts: Readonly<Record<Flavour, number>> = { openstack: 8710, otc: 8711, rackspace: 8712 };

export interface HeatSecrets {
  readonly login: string;
  readonly tempUrlKey: string;
}

/** What opens the emulator: the password of its user, or the API key. */
export const emulatedLogins: Readonly<Record<Flavour, string>> = {
  openstack: demoHeatIds.openstack.password,
  otc: demoHeatIds.otc.password,
  rackspace: demoHeatIds.rackspace.apiKey,
};

/** A connection to an emulator with the demo's servers. */
export function emulatedHeat(flavour: Flavour, url: string, { login, tempUrlKey }: HeatSecrets) {
  const { openstack, otc, rackspace, container } = demoHeatIds;
  const common = { tempUrl: { container, key: tempUrlKey }, pace: emulatedPace };
  const password = { kind: "password", password: login };
  switch (flavour) {
    case "openstack": {
      const { userName: user, domainId, projectName: project, region } = openstack;
      const credential = { ...password, user, domainId, project };
      return { kind: "heat", flavour, authUrl: `${url}/v3`, region, credential, ...common };
    }
    case "otc": {
      const { userName: user, domainName: domain, projectName: project, region } = otc;
      const credential = { ...password, user, domain, project };
      return { kind: "heat", flavour, authUrl: `${url}/v3`, region, credential, ...common };
    }
    case "rackspace": {
      const credential = { kind: "api-key", user: rackspace.userName, apiKey: login };
      return { kind: "heat", flavour, authUrl: `${url}/v2.0`, region: rackspace.region, credential, ...common };
    }
  }
}

/** With names to fill in. Object stores that take signed URLs are part of OpenStack and Rackspace. */
function realHeat(flavour: Flavour) {
  const tempUrl = { container: "drover-signals", key: "vault:heat-temp-url-key" };
  const password = { kind: "password", user: "drover", password: "vault:heat-login" };
  switch (flavour) {
    case "openstack": {
      const credential = { ...password, domain: "Default", project: "fleet" };
      const authUrl = "https://keystone.example:5000/v3";
      return { kind: "heat", flavour, authUrl, region: "RegionOne", credential, tempUrl };
    }
    case "otc": {
      const credential = { ...password, domain: "OTC-EU-DE-00000000000000000000", project: "eu-de_fleet" };
      const authUrl = "https://iam.eu-de.otc.t-systems.com/v3";
      const origins = ["https://rts.eu-de.otc.t-systems.com"];
      return { kind: "heat", flavour, authUrl, region: "eu-de", origins, credential };
    }
    case "rackspace": {
      const credential = { kind: "api-key", user: "drover", apiKey: "vault:heat-login" };
      return { kind: "heat", flavour, region: "DFW", credential, tempUrl };
    }
  }
}

const placeholder = "00000000-0000-0000-0000-000000000000";
const keyFile = "emulator-temp-url-key.txt";

export function heatStarter(flavour: Flavour, emulatorUrl: string | undefined): Starter {
  const emulated = emulatorUrl !== undefined;
  const secrets = { login: `file:./${emulatorSecretFile}`, tempUrlKey: `file:./${keyFile}` };
  const signs = emulated || flavour !== "otc";
  const what = flavour === "rackspace" ? "the API key" : "the password";
  const key = { name: "heat-temp-url-key", what: "the Temp-URL key of the object store" };
  return {
    emulate: `heat --flavour ${flavour}`,
    connectionName: `${flavour}-${emulated ? "emulated" : "prod"}`,
    connection: emulated ? emulatedHeat(flavour, emulatorUrl, secrets) : realHeat(flavour),
    requests: [
      {
        name: "deploy",
        id: "release-1",
        type: "drover.heat.deploy",
        fields: {
          servers: [emulated ? demoHeatIds.servers[0] : placeholder],
          deployment: { config: { group: "script", config: "#!/bin/sh\nuname -a\n" } },
          completion: signs ? "temp-url" : "external",
        },
      },
    ],
    secretFiles: { [emulatorSecretFile]: emulatedLogins[flavour], [keyFile]: demoHeatIds.tempUrlKey },
    vaultSecrets: [{ name: "heat-login", what }, ...(signs ? [key] : [])],
    connectionGuide: [
      ["flavour", "openstack, otc or rackspace; authUrl and region say which cloud, credential how Drover logs in"],
      ["tempUrl", "the object store where servers put their answers, by URLs signed with its key"],
      ["limits", "may be added: {inFlight, changesPerMinute}, for all operations together"],
    ],
    requestGuide: [
      ["data.servers", "the servers; more than one makes an operation for each"],
      ["data.deployment", "the vendor's body, with config for a script that is sent along, or config_id"],
      [
        "data.completion",
        "who says that it has run: temp-url the server, external somebody with drover operations report",
      ],
    ],
  };
}
