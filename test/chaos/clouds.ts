import { createIotEmulator } from "../../emulators/aws-iot/index.ts";
import { createPanoramaEmulator } from "../../emulators/aws-panorama/index.ts";
import { createAzureDpsEmulator } from "../../emulators/azure-dps/index.ts";
import { createAzureSphereEmulator } from "../../emulators/azure-sphere/index.ts";
import { createHeatEmulator, type Flavour } from "../../emulators/heat/index.ts";
import { delayOnTimer, type LoopbackServer, serveOnLoopback } from "../../emulators/serve.ts";
import type { Fleet } from "./fleet.ts";
import { dpsScenario, heatScenario, iotScenario, panoramaScenario, sphereScenario } from "./scenarios.ts";

type Fetch = (request: Request) => Promise<Response>;

const flavours: readonly [Flavour, number][] = [
  ["openstack", 8710],
  ["otc", 8711],
  ["rackspace", 8712],
];

/** All five emulated providers on loopback, at a pace of seconds, losing and delaying answers. */
export class Clouds {
  readonly sphere;
  readonly heats;
  readonly dps;
  readonly panorama;
  readonly iot;
  readonly vault = "drover-keys";
  /** By the port that the examples name. */
  readonly urls: Record<number, string> = {};
  /** Called with each request before it is answered. */
  onCall: (request: Request) => void = () => undefined;
  #isRefusing = false;
  readonly #servers = new Map<number, LoopbackServer>();
  readonly #fetches: ReadonlyMap<number, Fetch>;

  /** @param signatureSkewMs how far the clock of whoever signs may be off; absent: as at the real ones */
  constructor(seed: number, fleet: Fleet, signatureSkewMs?: number) {
    const clock = { now: Date.now, delay: delayOnTimer, seed };
    this.sphere = createAzureSphereEmulator({ ...clock, scenario: sphereScenario(fleet) });
    this.heats = new Map(
      flavours.map(([flavour, port]) => [
        port,
        createHeatEmulator({ ...clock, scenario: heatScenario(flavour, fleet) }),
      ]),
    );
    this.dps = createAzureDpsEmulator({ ...clock, scenario: dpsScenario(fleet) });
    this.dps.vaults.seedVault({ name: this.vault });
    this.panorama = createPanoramaEmulator({ ...clock, scenario: panoramaScenario(signatureSkewMs) });
    this.iot = createIotEmulator({ ...clock, scenario: iotScenario(signatureSkewMs) });
    this.#fetches = new Map<number, Fetch>([
      [8700, (request) => this.sphere.fetch(request)],
      ...[...this.heats].map(([port, one]): [number, Fetch] => [port, (request) => one.fetch(request)]),
      [8720, (request) => this.dps.fetch(request)],
      [8730, (request) => this.panorama.fetch(request)],
      [8731, (request) => this.iot.fetch(request)],
    ]);
  }

  /** On the ports that they had before, so that whoever knows their addresses finds them again. */
  async open(): Promise<void> {
    for (const [name, fetch] of this.#fetches) {
      if (this.#servers.has(name)) continue;
      const answer: Fetch = async (request) => {
        if (this.#isRefusing) return new Response("down for a while", { status: 503 });
        this.onCall(request);
        return fetch(request);
      };
      const port = Number(new URL(this.urls[name] ?? "http://127.0.0.1:0").port);
      const server = await serveOnLoopback(answer, { port });
      this.#servers.set(name, server);
      this.urls[name] = server.url;
    }
  }

  /** Nobody listens any more: connections are refused. */
  async close(): Promise<void> {
    const servers = [...this.#servers.values()];
    this.#servers.clear();
    await Promise.all(servers.map((server) => server.close()));
  }

  /** Every request is answered 503. */
  refuse(isRefusing: boolean): void {
    this.#isRefusing = isRefusing;
  }
}
