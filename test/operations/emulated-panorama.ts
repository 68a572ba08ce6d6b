import {
  createPanoramaEmulator,
  type PanoramaEmulator,
  type PanoramaFault,
} from "../../emulators/aws-panorama/index.ts";
import { awsPanoramaConnectionSchema } from "../../lib/contracts/connections/aws-panorama.ts";
import type { HandoffStore } from "../../lib/contracts/ports.ts";
import type { DeploymentProvider } from "../../lib/contracts/provider.ts";
import { Secret } from "../../lib/contracts/secret.ts";
import { createAwsPanoramaProvider } from "../../lib/providers/aws-panorama/index.ts";
import type { SeededRandomness, VirtualClock } from "../simulation/virtual-clock.ts";
import type { Io } from "../simulation/world.ts";
import type { HandOverCloud } from "./hand-over-world.ts";

const key = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "canary/wJalrXUtnFEMI/K7MDENG" };
const region = "eu-west-1";

const connection = awsPanoramaConnectionSchema.parse({
  kind: "aws-panorama",
  endpoint: "https://panorama.example",
  region,
  credential: { kind: "access-key", accessKeyId: key.accessKeyId, secretAccessKey: "vault:aws-key" },
});

/** The shipped client against the emulator, with the appliance beside it. */
export class EmulatedPanorama implements HandOverCloud {
  readonly emulator: PanoramaEmulator;
  readonly #clock: VirtualClock;
  readonly #foreign = new Set<string>();

  constructor(
    clock: VirtualClock,
    randomness: SeededRandomness,
    options: {
      readonly settings?: Parameters<PanoramaEmulator["configure"]>[0];
      readonly faults?: readonly PanoramaFault[];
    } = {},
  ) {
    this.#clock = clock;
    this.emulator = createPanoramaEmulator({
      now: () => clock.now(),
      delay: (ms) => clock.sleep(ms),
      newId: () => randomness.uuid(),
      canaryPrefix: "canaryArchive4711",
    });
    this.emulator.configure({ throttling: null, ...options.settings });
    this.emulator.seedAccessKey(key);
    for (const fault of options.faults ?? []) this.emulator.addFault(fault);
  }

  provider(io: Io, handoffs: HandoffStore): DeploymentProvider {
    const provider = createAwsPanoramaProvider({
      name: "panorama",
      connection,
      secret: async () => new Secret(key.secretAccessKey),
      clock: this.#clock,
      startTimer: (ms, onTimeout) => this.#clock.after(ms, onTimeout),
      fetch: (request) =>
        io(`${request.method} ${new URL(request.url).pathname.split("/")[1]}`, () => this.emulator.fetch(request)),
    });
    return { ...provider, handoffs };
  }

  addForeign(name: string): string {
    const id = this.emulator.seedDevice({ name, status: "AWAITING_PROVISIONING", tags: { owner: "somebody" } });
    this.#foreign.add(id);
    return id;
  }

  standing() {
    return this.emulator.state
      .devices()
      .filter(({ status }) => status !== "DELETING")
      .map(({ id, status }) => ({ id, status }));
  }

  plugIn(content: string): void {
    this.emulator.appliance.plugIn({ archive: Buffer.from(content, "latin1") });
  }

  isCredential(content: string): boolean {
    return this.credentials().includes(content);
  }

  credentials(): readonly string[] {
    return this.emulator.state
      .everySecret()
      .filter((secret) => !secret.includes("PEM") && !secret.includes("-----"))
      .map((base64) => Buffer.from(base64, "base64").toString("latin1"));
  }

  made(): number {
    return this.emulator.state.provisioned();
  }

  secrets(): readonly string[] {
    return ["canaryArchive4711", key.secretAccessKey, "PRIVATE KEY", ...this.emulator.state.everySecret()];
  }

  /** What was deleted that somebody used, or that was not ours. */
  get violations(): readonly string[] {
    const used = new Set<string>();
    return this.emulator.state.effects().flatMap((effect) => {
      if (effect.kind === "archive-taken") used.add(effect.deviceId);
      if (effect.kind !== "delete-accepted" || effect.by !== "caller") return [];
      if (this.#foreign.has(effect.deviceId)) return [`${effect.deviceId} of others was removed`];
      return used.has(effect.deviceId) ? [`${effect.deviceId} was removed while it was in use`] : [];
    });
  }
}
