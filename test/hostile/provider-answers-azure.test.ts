import type { OperationRequest } from "../../lib/contracts/request.ts";
import { Secret } from "../../lib/contracts/secret.ts";
import { tryKey } from "../../lib/providers/azure-dps/try-key.ts";
import { createEntraTokens } from "../../lib/providers/entra/tokens.ts";
import * as dps from "../providers/azure-dps/support.ts";
import { signal } from "../providers/support.ts";
import * as keyVault from "../publish-targets/key-vault-world.ts";
import { callAt, contextAt, noteOf, published, valueCanary } from "../publish-targets/world.ts";
import { describeScenes, type Scene, type Through } from "./broken-answers.ts";

const fresh = [dps.newKey(201), dps.newKey(202)] as const;
const made = fresh.map((key) => key.reveal());
const managed = /^(?:management\.azure\.com|login\.microsoftonline\.com)$/;
const dataPlane = /^(?:dps-eu\.azure-devices-provisioning\.net|management\.azure\.com|login\.microsoftonline\.com)$/;

const deleting: OperationRequest = {
  ...dps.rotationRequest(),
  type: "drover.azure-dps.delete-service",
  fields: { ...dps.where },
};
const reading: OperationRequest = {
  ...dps.rotationRequest(),
  type: "drover.azure-dps.read",
  fields: { ...dps.where, read: "service" },
};

const scenes: Readonly<Record<string, Scene>> = {
  "Azure DPS: a rotation": {
    secrets: [dps.clientSecret, dps.canaryPrefix, ...made],
    hosts: dataPlane,
    asks: 7,
    async run(through) {
      const world = dps.createWorld({ through });
      const keys = world.provider.rotation.policyKeys(dps.rotationRequest());
      const { seen } = await keys.look(world.context());
      const begun = await keys.replace({ secondary: fresh[1] }, world.window());
      const { polling } = begun;
      const polled = [];
      for (let looks = 0; polling !== undefined && looks < 3; looks += 1) {
        polled.push(await world.provider.poll(dps.rotationRequest(), polling, undefined, world.context()));
        world.time.advance(10_000);
      }
      return [seen, begun, polled, await keys.tryKey(fresh[1], world.context())];
    },
  },
  "Azure DPS: reads and checks": {
    secrets: [dps.clientSecret, dps.canaryPrefix],
    hosts: managed,
    asks: 4,
    async run(through) {
      const world = dps.createWorld({ through });
      const { parts, provider } = world;
      const change = provider.changeOf?.(reading);
      const state = { operation: "operation-1", handle: undefined, supplied: undefined, begun: () => false };
      return [
        await change?.stage(state, world.context()),
        (await parts.client.keys(dps.where, signal)).map(({ keyName }) => keyName),
        await provider.check(world.context()),
      ];
    },
  },
  "Azure DPS: a removal": {
    secrets: [dps.clientSecret, dps.canaryPrefix],
    hosts: managed,
    asks: 2,
    async run(through) {
      const world = dps.createWorld({ through });
      const change = world.provider.changeOf?.(deleting);
      const state = { operation: "operation-1", handle: undefined, supplied: undefined, begun: () => false };
      const stage = await change?.stage(state, world.context());
      if (stage?.kind !== "effect") return stage;
      const prepared = await stage.prepare();
      const now = world.time.now();
      const times = { writtenAt: now, sendBefore: now + 10_000, liveUntil: now + 40_000, settledAt: now + 340_000 };
      const intent = { nonce: "attempt-1", attempt: 1, prepared, ...times };
      const begun = await stage.create(intent);
      const polled = await world.provider.poll(deleting, begun.handle, intent, world.context());
      return [prepared, begun, polled, await stage.find(intent)];
    },
  },
  "Azure DPS: its data plane": {
    secrets: [dps.canaryPrefix],
    hosts: dataPlane,
    asks: 3,
    async run(through) {
      const world = dps.createWorld({ through });
      const tried = [];
      for (const policy of [dps.owner, dps.policy, "status"]) {
        const held = world.emulator.state.policy(dps.where.service, policy);
        const key = new Secret(held?.primaryKey ?? "");
        const trial = { service: dps.where.service, policy, rights: held?.rights.join(", ") ?? "", key };
        tried.push(await tryKey(world.parts, trial, world.context()));
      }
      return tried;
    },
  },
  "Entra: a client secret": {
    secrets: [dps.clientSecret],
    hosts: /^login\.microsoftonline\.com$/,
    asks: 1,
    run: (through) => loggedIn(through, dps.connection.credential),
  },
  "Entra: the identity of a machine": {
    secrets: ["canary-identity-header"],
    hosts: /^127\.0\.0\.1:41000$/,
    asks: 1,
    run: (through) => loggedIn(through, { kind: "managed-identity" }),
  },
  "Key Vault": {
    secrets: ["canary~client-secret.4711/+=", valueCanary],
    hosts: /^fleet-keys\.vault\.azure\.net$/,
    asks: 4,
    async run(through) {
      const { target, wire, secret, time } = await keyVault.openKeyVault();
      wire.between(through);
      return [
        await target.read(secret, contextAt(time)),
        await target.publish(secret, published, noteOf(), callAt(time)),
        await target.read(secret, contextAt(time)),
        await target.check(contextAt(time)),
      ];
    },
  },
};

async function loggedIn(through: Through, credential: Parameters<typeof createEntraTokens>[0]): Promise<unknown> {
  const { emulator, time } = dps.createWorld();
  const identityEndpoint = { url: "http://127.0.0.1:41000/msi/token", header: new Secret("canary-identity-header") };
  const grant = { token_type: "Bearer", access_token: "canary-of-a-token", expires_in: "3600", resource: "r" };
  const tokens = createEntraTokens(credential, `${dps.management}/.default`, {
    fetch: (request) =>
      through(request, async (passed) =>
        credential.kind === "managed-identity" ? Response.json(grant) : emulator.fetch(passed),
      ),
    clock: time,
    startTimer: time.startTimer,
    secret: async () => new Secret(dps.clientSecret),
    ...(credential.kind === "managed-identity" ? { identityEndpoint } : {}),
  });
  return tokens.get(signal);
}

describeScenes(scenes, 60);
