import type { FaultScript, HeatScenario, ServerSeed } from "./scenario.ts";
import type { Flavour } from "./settings.ts";

const servers = Array.from({ length: 24 }, (_, index) => {
  return `5e2e0000-0000-4000-8000-${String(index + 1).padStart(12, "0")}`;
});

/** Ids and credentials of `demoHeatScenario`, stable so that example requests can name them. None opens anything real. */
export const demoHeatIds = {
  openstack: {
    projectId: "0de40000000040008000000000000001",
    projectName: "demo",
    domainId: "default",
    userId: "0de4000000004000800000000000000a",
    userName: "demo",
    password: "demo-password",
    region: "RegionOne",
    credentialId: "0de400000000400080000000000000cc",
    credentialSecret: "demo-credential-secret",
  },
  otc: {
    projectId: "0de40000000040008000000000000002",
    projectName: "eu-de_demo",
    domainName: "OTC-EU-DE-00000000001000000001",
    userId: "0de4000000004000800000000000000b",
    userName: "demo",
    password: "demo-password",
    region: "eu-de",
  },
  rackspace: {
    projectId: "900001",
    userId: "900002",
    userName: "demo",
    apiKey: "demo-api-key",
    password: "demo-password",
    region: "DFW",
  },
  /** A config of the group `script` with the input `version` and the output `result`. */
  configId: "c0f10000-0000-4000-8000-000000000001",
  configName: "install-firmware",
  container: "drover-signals",
  tempUrlKey: "demo-temp-url-key",
  /** 24 servers; the first eighteen run everything well. */
  servers,
  /** Its scripts exit with code 1. */
  failingServer: servers[18] ?? "",
  /** The answer to the first create for it is lost; the row is there. */
  replyLostServer: servers[19] ?? "",
  /** The first create for it is lost and lands 20 seconds later. */
  lateLandingServer: servers[20] ?? "",
  /** Its scripts take a minute. */
  slowServer: servers[21] ?? "",
  /** Its scripts never end. */
  stuckServer: servers[22] ?? "",
  /** Has no agent: nothing ever happens there. */
  agentlessServer: servers[23] ?? "",
} as const;

/** A small fleet whose servers behave as their names say, in one project of a cloud of the given flavour. */
export function demoHeatScenario(flavour: Flavour = "openstack"): HeatScenario {
  const { projectId } = demoHeatIds[flavour];
  const { configId, configName, container, failingServer, stuckServer, tempUrlKey } = demoHeatIds;
  return {
    settings: { flavour, pickUpMs: 1_000, runMs: 4_000 },
    ...demoLogin(flavour),
    servers: servers.map(demoServer),
    configs: [
      {
        id: configId,
        projectId,
        name: configName,
        group: "script",
        config: '#!/bin/sh\necho "installing $version"\necho "$version" > "$heat_outputs_path.result"\n',
        inputs: [{ name: "version", type: "String", default: "1.0.0", description: "What to install" }],
        outputs: [{ name: "result", type: "String", description: "What is installed", error_output: false }],
      },
    ],
    containers: [{ projectId, name: container, tempUrlKeys: [tempUrlKey] }],
    outcomes: [
      { serverId: failingServer, result: "failed", exitCode: 1, stderr: "no space left on device\n" },
      { serverId: stuckServer, result: "stuck" },
    ],
    faults: demoFaults(),
  };
}

function demoServer(id: string): ServerSeed {
  if (id === demoHeatIds.slowServer) return { id, runMs: 60_000 };
  return id === demoHeatIds.agentlessServer ? { id, agent: false } : { id };
}

function demoFaults(): FaultScript[] {
  const creates = { method: "POST", path: "*/software_deployments", times: 1 };
  return [
    { ...creates, contains: demoHeatIds.replyLostServer, kind: "drop", takesEffect: true },
    { ...creates, contains: demoHeatIds.lateLandingServer, kind: "late-landing", landsAfterMs: 20_000 },
  ];
}

function demoLogin(flavour: Flavour): Pick<HeatScenario, "projects" | "users" | "applicationCredentials"> {
  const tempUrlKeys = [demoHeatIds.tempUrlKey];
  if (flavour === "rackspace") {
    const { projectId, userId, userName, apiKey, password } = demoHeatIds.rackspace;
    const grants = [{ projectId, roles: ["heat:admin"] }];
    return {
      projects: [{ id: projectId, name: projectId, tempUrlKeys }],
      users: [{ id: userId, name: userName, password, apiKey, grants }],
    };
  }
  const { projectId, projectName, userId, userName, password } = demoHeatIds[flavour];
  const { domainName } = demoHeatIds.otc;
  const domain = flavour === "otc" ? { id: "0de400000000400080000000000000dd", name: domainName } : undefined;
  const inDomain = domain === undefined ? {} : { domain };
  const grants = [{ projectId, roles: flavour === "otc" ? ["te_admin"] : ["member"] }];
  const { credentialId, credentialSecret: secret } = demoHeatIds.openstack;
  const credential = { id: credentialId, name: "demo", secret, userId, projectId, roles: ["member"] };
  return {
    projects: [{ id: projectId, name: projectName, ...inDomain, tempUrlKeys }],
    users: [{ id: userId, name: userName, ...inDomain, password, grants }],
    ...(flavour === "openstack" ? { applicationCredentials: [credential] } : {}),
  };
}
