import { demoHeatIds } from "../../../emulators/heat/index.ts";
import { operationIdOf } from "../../../lib/contracts/identifiers.ts";
import type { SeededRandomness } from "../virtual-clock.ts";
import { heatServers, sphereGroups, sphereImages } from "./clouds.ts";
import { exampleOf } from "./connections.ts";
import { DpsRequests, dpsChains } from "./dps-requests.ts";

export { consumerHabits, consumers } from "./dps-requests.ts";

export const chains = ["sphere", "heat", "heat-fleet", ...dpsChains, "panorama", "iot"] as const;
export type Chain = (typeof chains)[number];

/** A request, as somebody puts it into the inbox. */
export interface Asked {
  readonly chain: Chain;
  readonly operation: string;
  readonly body: string;
}

const source = "/fleet";

/** Makes requests of which each can be told from all others by what it leaves at its provider. */
export class Requests {
  readonly #random: SeededRandomness;
  readonly #dps: DpsRequests;
  #count = 0;
  #images = 0;
  #servers = 0;

  constructor(random: SeededRandomness) {
    this.#random = random;
    this.#dps = new DpsRequests(random);
  }

  /** Undefined when nothing is left to ask for. */
  next(chain: Chain, instead: Readonly<Record<string, unknown>> = {}): Asked | undefined {
    this.#count += 1;
    const asked = this.#dataOf(chain);
    if (!asked) return undefined;
    const id = `${chain}-${this.#count}`;
    const data = { ...asked.data, ...instead };
    const body = JSON.stringify({ specversion: "1.0", id, source, type: asked.type, data });
    return { chain, operation: operationIdOf(source, id), body };
  }

  cancel({ operation }: Asked): string {
    this.#count += 1;
    const id = `cancel-${this.#count}`;
    return JSON.stringify({ specversion: "1.0", id, source, type: "drover.operation.cancel", data: { operation } });
  }

  #pick<Value>(from: readonly Value[]): Value {
    const picked = from[this.#random.below(from.length)];
    if (picked === undefined) throw new Error("Expected something to choose from");
    return picked;
  }

  #dataOf(chain: Chain): { readonly type: string; readonly data: object } | undefined {
    switch (chain) {
      case "sphere":
        return this.#sphere();
      case "heat":
        return this.#heat(1);
      case "heat-fleet":
        return this.#heat(2 + this.#random.below(4));
      case "panorama":
        return this.#panorama();
      case "iot":
        return {
          type: "drover.aws-iot.create-provisioning-claim",
          data: {
            ...{ connection: "iot-demo", deadline: this.#pick(["PT2H", "P1D"]), templateName: "gateways" },
            mint: this.#pick(["on-pickup", "on-pickup", "immediate"]),
          },
        };
      default:
        return this.#dps.dataOf(chain, this.#count);
    }
  }

  #sphere() {
    const image = sphereImages[this.#images++];
    if (image === undefined) return undefined;
    // The last few end in other ways than well.
    const ending = this.#random.below(8) === 0 ? sphereImages[57 + this.#random.below(2)] : undefined;
    const images = ending === undefined ? [image] : [image, ending];
    const deadline = this.#pick(["PT1H", "PT6H", "P2D"]);
    const data = { connection: "sphere-demo", deadline, deviceGroupId: this.#pick(sphereGroups), images };
    return { type: "drover.azure-sphere.deploy", data };
  }

  #heat(count: number) {
    const servers = heatServers.slice(this.#servers, this.#servers + count);
    this.#servers += count;
    if (servers.length < count) return undefined;
    const config = { group: "script", config: "#!/bin/sh\nuname -r\n", outputs: [{ name: "health", type: "String" }] };
    const deployment = this.#random.below(2)
      ? { config }
      : { config_id: demoHeatIds.configId, input_values: { version: "2.4.1" } };
    const data = {
      ...{ connection: "heat-openstack", deadline: this.#pick(["PT1H", "PT6H"]), servers, deployment },
      ...{ completion: "temp-url", cleanUp: this.#pick(["after-success", "always", "never"]) },
    };
    return { type: "drover.heat.deploy", data };
  }

  #panorama() {
    const { data } = exampleOf("aws", "panorama.json") as { readonly data: { readonly device: object } };
    const device = { ...data.device, Name: `cam-${this.#count}` };
    const mint = this.#pick(["on-pickup", "on-pickup", "immediate"]);
    const deadline = this.#pick(["PT3H", "P1D"]);
    return { type: "drover.aws-panorama.provision", data: { connection: "panorama-demo", deadline, device, mint } };
  }
}
