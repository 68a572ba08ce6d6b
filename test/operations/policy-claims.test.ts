import { expect, test } from "vitest";
import { demoDpsIds } from "../../emulators/azure-dps/index.ts";
import { operationIdOf } from "../../lib/contracts/identifiers.ts";
import { inboxQueue } from "../../lib/contracts/ports.ts";
import { cancelOperation } from "../../lib/operations/commands.ts";
import { wrongAtTheEnd } from "../simulation/invariants.ts";
import { DpsRotationWorld } from "./dps-rotation-world.ts";

const hourMs = 3_600_000;
const { resourceGroup, service, policy } = demoDpsIds;
const given = { $secret: "vault:dps-key" };
const rights = "EnrollmentWrite";

function submit({ world }: DpsRotationWorld, id: string, type: string, data: object): void {
  const fields = { connection: "dps", deadline: "P3D", resourceGroup, service, ...data };
  const body = { specversion: "1.0", id, source: "/test", type: `drover.azure-dps.${type}`, data: fields };
  world.store.send(inboxQueue, JSON.stringify(body), world.clock.now(), 0);
  world.keep();
}

/** One that has published its new key and waits for the key before to go. */
async function inGrace(): Promise<DpsRotationWorld> {
  const rotation = new DpsRotationWorld({ mode: "cloud" });
  rotation.submit("rotation", { grace: "P1D" });
  await rotation.world.run(() => rotation.row("rotation")?.providerStatus === "grace", hourMs);
  expect(rotation.row("rotation")?.state).toBe("active");
  return rotation;
}

test.each([
  ["put-policy", { policy: { keyName: policy, rights, primaryKey: given } }],
  ["put-policy", { policy: { keyName: policy.toUpperCase(), rights, secondaryKey: given } }],
  ["delete-policy", { policy }],
])(
  "waits until a rotation of that policy has ended, whose key it would take from consumers: %s %j",
  async (type, data) => {
    const rotation = await inGrace();
    submit(rotation, "one", type, data);
    await rotation.world.run(() => rotation.row("one")?.state === "ended", hourMs);
    expect(rotation.row("one")).toMatchObject({ state: "active", waitingFor: { code: "claim" } });
    await cancelOperation(rotation.world.outside, operationIdOf("/test", "rotation"), { by: "carol" });
    await rotation.world.run(() => rotation.row("one")?.state === "ended", hourMs);
    expect(rotation.row("rotation")).toMatchObject({ outcome: "cancelled" });
    expect(rotation.row("one")?.state).toBe("ended");
    expect(wrongAtTheEnd(rotation.world.store)).toEqual([]);
  },
);

test.each([
  ["put-policy", { policy: { keyName: policy, rights } }],
  ["put-policy", { policy: { keyName: "another", rights } }],
  ["tag-service", { tags: { owner: "tea" } }],
])("does not wait where the keys of that policy stay: %s %j", async (type, data) => {
  const rotation = await inGrace();
  submit(rotation, "one", type, data);
  await rotation.world.run(() => rotation.row("one")?.state === "ended", hourMs);
  expect(rotation.row("one")).toMatchObject({ outcome: "succeeded" });
  expect(rotation.row("rotation")).toMatchObject({ state: "active" });
});
