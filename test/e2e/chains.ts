import { expect } from "vitest";
import { exampleOf } from "./clouds.ts";
import { ended, type Rig, rowOf, submitted } from "./rig.ts";

/** What happens end to end, the same on every platform. Each says what must be so afterwards. */

export interface Chain {
  readonly name: string;
  run(rig: Rig): Promise<void>;
}

const changed = (example: Record<string, unknown>, id: string, data: Record<string, unknown>) => ({
  ...example,
  id,
  data: { ...(example["data"] as object), ...data },
});
const servers = [1, 2, 3, 4].map((number) => `5e2e0000-0000-4000-8000-00000000000${number}`);
const withoutWait = { deadline: "PT30M" };

async function handedOver(rig: Rig, id: string): Promise<Buffer> {
  const isWaiting = async () => (await rowOf(rig, id))?.waitingFor?.code === "ready-to-mint";
  await rig.until("somebody to be waited for", isWaiting);
  const ready = await rig.http("POST", `/operations/${id}/actions/ready`, {});
  expect([ready.status, ready.bytes.toString()]).toEqual([202, expect.stringContaining('"ready"')]);
  const phase = async () => JSON.parse((await rig.http("GET", `/handoffs/${id}`)).bytes.toString()).phase;
  await rig.until("something to be handed over", async () => (await phase()) === "offered");
  const fetched = await rig.http("POST", `/handoffs/${id}/fetch`);
  expect(fetched.status).toBe(200);
  expect(fetched.headers["content-length"]).toBe(String(fetched.bytes.length));
  const again = await rig.http("POST", `/handoffs/${id}/fetch`);
  expect(again.status).toBe(409);
  return fetched.bytes;
}

export const chains: readonly Chain[] = [
  {
    name: "a deployment to Azure Sphere",
    async run(rig) {
      const id = await submitted(rig, exampleOf("requests", "happy.json"));
      expect((await ended(rig, id)).outcome).toBe("succeeded");
    },
  },
  {
    name: "a deployment to one server of a Heat",
    async run(rig) {
      const request = changed(exampleOf("heat", "openstack.json"), "one-server", { servers: servers.slice(0, 1) });
      expect((await ended(rig, await submitted(rig, request))).outcome).toBe("succeeded");
      expect(rig.clouds.heat.state.runs()).toHaveLength(1);
    },
  },
  {
    name: "a deployment to three servers of a Heat",
    async run(rig) {
      const request = changed(exampleOf("heat", "fleet.json"), "three-servers", { servers: servers.slice(0, 3) });
      const parent = await ended(rig, await submitted(rig, request));
      expect(parent.outcome).toBe("succeeded");
      expect(rig.clouds.heat.state.runs()).toHaveLength(3);
    },
  },
  {
    name: "a policy that is put into a provisioning service",
    async run(rig) {
      const data = {
        connection: "dps-demo",
        resourceGroup: "iot-eu",
        service: "dps-eu",
        policy: { keyName: "reporting", rights: "EnrollmentRead" },
        ...withoutWait,
      };
      const request = { specversion: "1.0", id: "policy", source: "/test", type: "drover.azure-dps.put-policy", data };
      expect((await ended(rig, await submitted(rig, request))).outcome).toBe("succeeded");
    },
  },
  {
    name: "a rotation of a policy's keys",
    async run(rig) {
      const times = {
        grace: "PT3M",
        consumers: { readInterval: "PT1M", tokenLife: "PT1M", clockSkew: "PT1M" },
        deadline: "PT2H",
      };
      const request = changed(exampleOf("azure-dps", "rotation.json"), "rotation", times);
      expect(await ended(rig, await submitted(rig, request))).toMatchObject({ outcome: "succeeded" });
      expect(rig.clouds.dps.state.acceptedWrites("dps-eu")).toBe(2);
    },
  },
  {
    name: "a device of AWS Panorama, handed over to somebody",
    async run(rig) {
      const id = await submitted(rig, exampleOf("aws", "panorama.json"));
      const archive = await handedOver(rig, id);
      const fileName = "certificates-omni_dock-cam-1.zip";
      expect(rig.clouds.panorama.appliance.plugIn({ archive, fileName })).toMatchObject({ accepted: true });
      expect(await ended(rig, id)).toMatchObject({ outcome: "succeeded" });
    },
  },
  {
    name: "a claim of AWS IoT, handed over to somebody",
    async run(rig) {
      const id = await submitted(rig, exampleOf("aws", "iot-claim.json"));
      expect((await handedOver(rig, id)).toString()).toContain("PRIVATE KEY");
      expect(await ended(rig, id)).toMatchObject({ outcome: "succeeded" });
    },
  },
  {
    name: "a deployment that somebody cancels",
    async run(rig) {
      const example = changed(exampleOf("heat", "openstack.json"), "cancelled", { servers: servers.slice(3, 4) });
      const id = await submitted(rig, example);
      await rig.until("the deployment to begin", async () => (await rowOf(rig, id))?.step === "poll-operation");
      expect((await rig.http("POST", `/operations/${id}/actions/cancel`, {})).status).toBe(202);
      expect(await ended(rig, id)).toMatchObject({ outcome: "cancelled" });
    },
  },
  {
    name: "a message that is given up and taken up again",
    async run(rig) {
      rig.clouds.defective = true;
      const id = await submitted(rig, { ...exampleOf("requests", "happy.json"), id: "given-up" });
      await rig.until("the message to be given up", async () => (await rowOf(rig, id))?.parked !== undefined);
      rig.clouds.defective = false;
      const { deadLetters } = JSON.parse((await rig.http("GET", "/dead-letters")).bytes.toString());
      expect(deadLetters).toMatchObject([{ queue: "start-deployment", verdict: "safe-to-redrive", receives: 5 }]);
      const redriven = await rig.http("POST", `/dead-letters/${deadLetters[0].id}/redrive`, {});
      expect(redriven.status).toBe(202);
      expect(await ended(rig, id)).toMatchObject({ outcome: "succeeded" });
    },
  },
];
