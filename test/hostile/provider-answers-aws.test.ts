import * as iot from "../providers/aws-iot/support.ts";
import * as panorama from "../providers/aws-panorama/support.ts";
import * as secretsManager from "../publish-targets/secrets-manager-world.ts";
import { callAt, contextAt, noteOf, published, valueCanary } from "../publish-targets/world.ts";
import { describeScenes, type Scene } from "./broken-answers.ts";

const scenes: Readonly<Record<string, Scene>> = {
  "AWS Panorama": {
    secrets: [panorama.secretAccessKey, panorama.sessionToken, panorama.canaryPrefix],
    hosts: /^panorama\.eu-west-1\.compatible\.example$/,
    asks: 7,
    async run(through) {
      const world = panorama.createWorld({ through });
      const { provider } = world;
      const mint = world.mint();
      const prepared = await mint.prepare(world.context());
      const intent = panorama.intentAt(world.time, { prepared });
      const minted = await mint.create(intent, world.context());
      const { made } = minted;
      const found = await mint.find(intent, world.context());
      const listed = await mint.things.list(world.context());
      const read = await mint.things.read(made, world.context());
      const handle = mint.things.pollHandle(made, world.time.now() + 900_000);
      const polled = await provider.poll(panorama.requestFor(), handle, intent, world.context());
      const removed = await mint.things.remove(made, panorama.intentAt(world.time), world.context());
      return [prepared, minted, found, listed, read, polled, removed, await provider.check(world.context())];
    },
  },
  "AWS IoT": {
    secrets: [iot.secretAccessKey, "canaryClaim4711"],
    hosts: /^iot\.eu-west-1\.amazonaws\.com$/,
    asks: 3,
    async run(through) {
      const world = iot.createWorld({ through });
      const mint = world.mint();
      const prepared = await mint.prepare(world.context());
      const minted = await mint.create(iot.intentAt(world.time, { prepared }), world.context());
      return [prepared, minted, await world.provider.check(world.context())];
    },
  },
  "Secrets Manager": {
    secrets: [secretsManager.secretAccessKey, secretsManager.sessionToken, valueCanary],
    hosts: /^secretsmanager\.eu-central-1\.amazonaws\.com$/,
    asks: 4,
    async run(through) {
      const { target, wire, secret, time } = await secretsManager.openSecretsManager();
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

describeScenes(scenes, 60);
