import { demoDpsIds } from "../../../emulators/azure-dps/index.ts";
import type { SeededRandomness } from "../virtual-clock.ts";
import { publishedSecret, vaultName } from "./clouds.ts";
import { exampleOf } from "./connections.ts";
import { hubHost, oldServices, sparePolicies } from "./dps-scenario.ts";

export const dpsChains = [
  "dps-policy",
  "dps-tags",
  "dps-certificate",
  "dps-read",
  "dps-verify",
  "dps-relink",
  "dps-new-service",
  "dps-delete-policy",
  "dps-delete-certificate",
  "dps-delete-service",
  "rotation",
  "emergency",
] as const;
export type DpsChain = (typeof dpsChains)[number];

/** What consumers do in this world, the same for all its rotations. */
export const consumers = { readInterval: "PT10M", tokenLife: "PT20M", clockSkew: "PT5M" } as const;
export const consumerHabits = { readIntervalMs: 600_000, tokenLifeMs: 1_200_000 };
const consumerNames = ["billing", "reports"] as const;

type Data = { readonly type: string; readonly data: object };

/** Requests to a provisioning service; each can be told from all others by what it changes there. */
export class DpsRequests {
  readonly #random: SeededRandomness;
  readonly #policies = [...sparePolicies];
  readonly #services = [...oldServices];
  readonly #certificates: string[] = [];

  constructor(random: SeededRandomness) {
    this.#random = random;
  }

  /** Undefined when nothing is left to ask for. */
  dataOf(chain: DpsChain, count: number): Data | undefined {
    const { resourceGroup, service } = demoDpsIds;
    const located = { connection: "dps-demo", deadline: this.#pick(["PT1H", "PT6H"]), resourceGroup, service };
    const asked = (type: string, more: object) => ({ type: `drover.azure-dps.${type}`, data: { ...located, ...more } });
    switch (chain) {
      case "dps-policy":
        return asked("put-policy", { policy: { keyName: `policy-${count}`, rights: "EnrollmentRead" } });
      case "dps-delete-policy": {
        const policy = this.#policies.shift();
        return policy === undefined ? undefined : asked("delete-policy", { policy });
      }
      case "dps-tags":
        return asked("tag-service", { tags: { [`tag-${count}`]: "set" } });
      case "dps-certificate":
        this.#certificates.push(`cert-${count}`);
        return asked("put-certificate", { certificate: `cert-${count}`, content: authority().content });
      case "dps-delete-certificate":
        return asked("delete-certificate", { certificate: this.#certificates.shift() ?? `cert-${count}` });
      case "dps-verify": {
        const { content, signWith } = authority();
        // Who keeps the CA's key elsewhere makes the proof there.
        const key = this.#random.below(2) ? { signWith } : {};
        return asked("verify-certificate", { certificate: `proof-${count}`, content, ...key });
      }
      case "dps-relink":
        return asked("relink-hub", { hub: hubHost, connectionString: { $secret: "vault:dps-demo-hub" } });
      case "dps-new-service": {
        const sku = { name: "S1", capacity: 1 };
        return asked("put-service", { service: `dps-new-${count}`, location: demoDpsIds.location, sku });
      }
      case "dps-delete-service": {
        const old = this.#services.shift();
        return old === undefined ? undefined : asked("delete-service", { service: old });
      }
      case "dps-read":
        return asked("read", { read: "service" });
      case "rotation":
        return this.#rotation();
      case "emergency":
        return this.#rotation({ emergency: true, grace: undefined });
    }
  }

  #rotation(instead: object = {}) {
    const acknowledge = this.#random.below(3) === 0 ? { acknowledge: [...consumerNames] } : {};
    const data = {
      ...{ connection: "dps-demo", resourceGroup: demoDpsIds.resourceGroup, service: demoDpsIds.service },
      ...{ policy: demoDpsIds.policy, grace: this.#pick(["PT40M", "PT6H", "P1D"]), slotInUse: "primary" },
      consumers: { ...consumers, ...acknowledge },
      publish: [{ target: vaultName, secret: publishedSecret }],
      ...instead,
    };
    return { type: "drover.azure-dps.rotate-policy-key", data };
  }

  #pick<Value>(from: readonly Value[]): Value {
    const picked = from[this.#random.below(from.length)];
    if (picked === undefined) throw new Error("Expected something to choose from");
    return picked;
  }
}

interface Authority {
  readonly content: string;
  readonly signWith: { readonly $secret: string };
}

/** The certificate of the demo's CA, and where its key is. */
export const authority = (): Authority =>
  (exampleOf("azure-dps", "certificate.json") as { readonly data: Authority }).data;
