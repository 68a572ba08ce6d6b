import { type LoopbackServer, serveOnLoopback } from "../../emulators/serve.ts";
import { iotPort } from "../starter/aws-iot.ts";
import { panoramaPort } from "../starter/aws-panorama.ts";
import { dpsPort } from "../starter/azure-dps.ts";
import { spherePort } from "../starter/azure-sphere.ts";
import { heatPorts } from "../starter/heat.ts";
import { AwsCloud } from "./aws-cloud.ts";
import { type AwsCase, type DemoCase, type HeatCase, heatCases, type SphereCase } from "./cases.ts";
import type { CallCounts } from "./counts.ts";
import { DpsCloud, type Served } from "./dps-cloud.ts";
import { HeatCloud, type Runs } from "./heat-cloud.ts";
import { SphereCloud } from "./sphere-cloud.ts";

/** The emulated providers, in this process, so that they see what Drover really sends. */
export class DemoCloud {
  readonly #sphere = new SphereCloud();
  readonly #heats = new Map(heatCases.map(({ flavour }) => [flavour, new HeatCloud(flavour)]));
  readonly #dps = new DpsCloud();
  readonly #aws = new AwsCloud();
  readonly #servers: LoopbackServer[] = [];

  /** @returns their origins, by the port that the examples name */
  async serve(): Promise<Readonly<Record<number, string>>> {
    const sphere = await this.#serve((request) => this.#sphere.fetch(request));
    const dps = await this.#serve((request) => this.#dps.fetch(request));
    const panorama = await this.#serve((request) => this.#aws.panorama(request));
    const iot = await this.#serve((request) => this.#aws.iot(request));
    const urls: Record<number, string> = {
      [spherePort]: sphere,
      [dpsPort]: dps,
      [panoramaPort]: panorama,
      [iotPort]: iot,
    };
    for (const [flavour, heat] of this.#heats) {
      urls[heatPorts[flavour]] = await this.#serve((request) => heat.fetch(request));
    }
    return urls;
  }

  createArrives(demoCase: SphereCase): Promise<void> {
    return this.#sphere.createArrives(demoCase);
  }

  counts(demoCase: DemoCase): CallCounts {
    if (demoCase.kind === "azure-dps") return this.#dps.counts(demoCase);
    if (demoCase.kind === "heat") return this.#heatOf(demoCase).counts();
    return demoCase.kind === "azure-sphere" ? this.#sphere.counts(demoCase) : this.#aws.counts(demoCase);
  }

  runs(demoCase: HeatCase): Runs {
    return this.#heatOf(demoCase).runs(demoCase);
  }

  /** From here on a program uses the key that is to be rotated. */
  startConsumer(): void {
    this.#dps.startConsumer();
  }

  get consumer(): Served {
    return this.#dps.consumer;
  }

  /** Whether an appliance has taken it. */
  plugIn(archive: Uint8Array, fileName: string): boolean {
    return this.#aws.plugIn(archive, fileName);
  }

  isRemoved(demoCase: AwsCase): boolean {
    return this.#aws.isRemoved(demoCase);
  }

  get allCalls(): number {
    return [...this.#heats.values()].reduce(
      (sum, heat) => sum + heat.counts().calls,
      this.#sphere.calls + this.#dps.calls + this.#aws.calls,
    );
  }

  async close(): Promise<void> {
    this.#dps.stopConsumer();
    await Promise.all(this.#servers.map((server) => server.close()));
  }

  async #serve(fetch: (request: Request) => Promise<Response>): Promise<string> {
    const server = await serveOnLoopback(fetch);
    this.#servers.push(server);
    return server.url;
  }

  #heatOf({ flavour }: HeatCase): HeatCloud {
    const heat = this.#heats.get(flavour);
    if (heat) return heat;
    throw new Error(`Expected a Heat of the flavour ${flavour} in the demo, got none`);
  }
}
