import { demoIotIds } from "../../emulators/aws-iot/index.ts";
import { demoDpsIds } from "../../emulators/azure-dps/index.ts";
import { demoIds } from "../../emulators/azure-sphere/index.ts";
import type { Outcome } from "../../lib/contracts/event.ts";
import { operationIdOf } from "../../lib/contracts/identifiers.ts";
import { examples } from "./examples.ts";
import type { Fleet, Kind, Work } from "./fleet.ts";

const source = "/chaos";
export const partsOfFleet = 9;
const outcomesOf = { complete: "succeeded", failed: "failed", "complete-with-errors": "partially-succeeded" } as const;
const late = { mint: "immediate", deadline: "PT9S" };
const ends = {
  panorama: ["succeeded"],
  "panorama-cancelled": ["cancelled"],
  "panorama-late": ["timed-out"],
  iot: ["succeeded"],
  "iot-cancelled": ["cancelled"],
} as const;

export const uuid = (prefix: string, index: number) =>
  `${prefix}-0000-4000-8000-${String(index + 1).padStart(12, "0")}`;

/** Writes the requests, and notes what has to become of each. */
export class Requests {
  readonly work: Work[] = [];
  readonly failingServers: string[] = [];
  readonly services: string[];
  readonly #shared: number;
  #servers = 0;

  constructor(counts: Readonly<Record<Exclude<Kind, "sphere">, number>>) {
    this.#shared = Math.ceil((counts["dps-policy"] + counts["dps-tags"]) / 8);
    const count = this.#shared + counts.rotation;
    this.services = Array.from({ length: count }, (_, index) => `chaos-${String(index).padStart(4, "0")}`);
  }

  sphere(index: number, group: Fleet["groups"][number] | undefined): void {
    if (!group) return;
    const data = { connection: "sphere-demo", deviceGroupId: group.id, images: [demoIds.images.app] };
    this.#push("sphere", index, "drover.azure-sphere.deploy", data, [outcomesOf[group.result]], [group.id]);
  }

  add(kind: Exclude<Kind, "sphere">, index: number): void {
    const service = this.services[index % this.#shared] ?? "";
    const { resourceGroup, policy } = demoDpsIds;
    const at = { connection: "dps-demo", resourceGroup, service };
    const name = `${kind}-${String(index).padStart(5, "0")}`;
    switch (kind) {
      case "heat":
        this.#heat(kind, index, 1);
        break;
      case "heat-cancelled":
        this.#heat(kind, index, 1);
        break;
      case "heat-fleet":
        this.#heat(kind, index, partsOfFleet);
        break;
      case "dps-read":
        this.#push(kind, index, "drover.azure-dps.read", { ...at, read: "service" }, ["succeeded"], [service]);
        break;
      case "dps-policy": {
        const data = { ...at, policy: { keyName: name, rights: "EnrollmentRead" } };
        this.#push(kind, index, "drover.azure-dps.put-policy", data, ["succeeded"], [service, name]);
        break;
      }
      case "dps-tags":
        this.#push(
          kind,
          index,
          "drover.azure-dps.tag-service",
          { ...at, tags: { by: name } },
          ["succeeded"],
          [service],
        );
        break;
      case "rotation": {
        const own = this.services[this.#shared + index] ?? "";
        const publish = [{ target: "drover-keys", secret: `dps-${own}` }];
        const consumers = { readInterval: "PT1S", tokenLife: "PT1S", clockSkew: "PT1S" };
        const data = { ...at, service: own, policy, slotInUse: "primary", grace: "PT5S", consumers, publish };
        this.#push(kind, index, "drover.azure-dps.rotate-policy-key", data, ["succeeded"], [own]);
        break;
      }
      case "panorama":
      case "panorama-cancelled":
      case "panorama-late": {
        const device = { ...(examples("aws", "panorama.json")["device"] as object), Name: name };
        const data = { connection: "panorama-demo", device, ...(kind === "panorama-late" ? late : {}) };
        this.#push(kind, index, "drover.aws-panorama.provision", data, ends[kind], [name]);
        break;
      }
      case "iot":
      case "iot-cancelled": {
        const data = { connection: "iot-demo", templateName: demoIotIds.template };
        this.#push(kind, index, "drover.aws-iot.create-provisioning-claim", data, ends[kind], [name]);
        break;
      }
    }
  }

  #heat(kind: "heat" | "heat-cancelled" | "heat-fleet", index: number, count: number): void {
    const file = kind === "heat" ? (["openstack", "otc", "rackspace"][index % 3] ?? "") : "openstack";
    const { servers: _, ...example } = examples("heat", `${file}.json`);
    const servers = Array.from({ length: count }, () => uuid("5e2e1111", this.#servers++));
    const fails = kind === "heat" && index % 10 === 7;
    if (fails) this.failingServers.push(...servers);
    const expected: readonly Outcome[] =
      kind === "heat-cancelled" ? ["cancelled", "succeeded"] : [fails ? "failed" : "succeeded"];
    const data = { ...example, cleanUp: "always", servers };
    this.#push(kind, index, "drover.heat.deploy", data, expected, servers, count === 1 ? 1 : count + 1);
  }

  #push(
    kind: Kind,
    index: number,
    type: string,
    data: object,
    expected: readonly Outcome[],
    subjects: readonly string[],
    operations = 1,
  ): void {
    const id = `${kind}-${index}`;
    const body = JSON.stringify({ specversion: "1.0", id, source, type, data: { deadline: "P1D", ...data } });
    this.work.push({ kind, id: operationIdOf(source, id), body, expected, subjects, operations });
  }
}
