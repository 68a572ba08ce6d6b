import { createHmac } from "node:crypto";
import {
  type AzureDpsEmulator,
  createAzureDpsEmulator,
  demoDpsIds,
  demoDpsScenario,
} from "../../emulators/azure-dps/index.ts";
import { delayOnTimer } from "../../emulators/serve.ts";
import { emulatedVault } from "../starter/azure-dps.ts";
import { type DpsCase, publishedSecret } from "./cases.ts";
import type { CallCounts } from "./counts.ts";

/** What a program met with that uses the policy's key all the time. */
export interface Served {
  readonly served: number;
  readonly refused: number;
}

const { service, policy } = demoDpsIds;
const callEveryMs = 100;
/** As the example's request says of its consumers. */
const readEveryMs = 1_000;

/** A provisioning service, the Key Vault beside it, and a program that signs calls with the key that is published there. */
export class DpsCloud {
  readonly #emulator: AzureDpsEmulator;
  readonly #calls = { served: 0, refused: 0 };
  #key: string;
  #readAt = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor() {
    const all = demoDpsScenario();
    const scenario = { ...all, settings: { ...all.settings, updateMs: 1_500 } };
    this.#emulator = createAzureDpsEmulator({ now: () => Date.now(), delay: delayOnTimer, scenario });
    this.#emulator.vaults.seedVault({ name: emulatedVault });
    this.#key = this.#emulator.state.policy(service, policy)?.primaryKey ?? "";
  }

  fetch(request: Request): Promise<Response> {
    return this.#emulator.fetch(request);
  }

  startConsumer(): void {
    this.#timer = setInterval(() => void this.#consume(), callEveryMs);
  }

  stopConsumer(): void {
    clearInterval(this.#timer);
  }

  async #consume(): Promise<void> {
    const now = Date.now();
    if (now - this.#readAt >= readEveryMs) {
      this.#key = this.#emulator.vaults.current(emulatedVault, publishedSecret) ?? this.#key;
      this.#readAt = now;
    }
    const host = `${service}.azure-devices-provisioning.net`;
    // In whole seconds: one more, or a token signed late in a second would be dead on arrival.
    const expires = Math.floor(now / 1000) + 2;
    const signature = createHmac("sha256", Buffer.from(this.#key, "base64"))
      .update(`${host}\n${expires}`)
      .digest("base64");
    const authorization = `SharedAccessSignature sr=${host}&sig=${encodeURIComponent(signature)}&se=${expires}&skn=${policy}`;
    const url = `https://${host}/enrollmentGroups/query?api-version=2021-10-01`;
    const headers = { authorization, "content-type": "application/json" };
    const body = JSON.stringify({ query: "SELECT * FROM enrollmentGroups" });
    const { status } = await this.#emulator.fetch(new Request(url, { method: "POST", headers, body }));
    this.#calls[status === 200 ? "served" : "refused"] += 1;
  }

  get consumer(): Served {
    return { ...this.#calls };
  }

  /** Writes of the service, and proofs of a certificate, whatever was answered. */
  counts({ task }: DpsCase): CallCounts {
    const { state } = this.#emulator;
    if (task === "rotation") {
      const creates = this.#emulator.calls("IotDpsResource_CreateOrUpdate");
      return { calls: this.calls, creates, effects: state.acceptedWrites(service) };
    }
    const verified = state.certificates(service).filter(({ isVerified }) => isVerified).length;
    return { calls: this.calls, creates: this.#emulator.calls("DpsCertificate_VerifyCertificate"), effects: verified };
  }

  /** Without the program's own. */
  get calls(): number {
    return this.#emulator.requests().length - this.#calls.served - this.#calls.refused;
  }
}
