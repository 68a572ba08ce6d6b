import { createIotEmulator, demoIotScenario, type IotEmulator } from "../../emulators/aws-iot/index.ts";
import {
  createPanoramaEmulator,
  demoPanoramaScenario,
  type PanoramaEmulator,
} from "../../emulators/aws-panorama/index.ts";
import { delayOnTimer } from "../../emulators/serve.ts";
import type { AwsCase } from "./cases.ts";
import type { CallCounts } from "./counts.ts";

const clock = { now: () => Date.now(), delay: delayOnTimer };

/** An account with appliances and one with gateways. */
export class AwsCloud {
  readonly #panorama: PanoramaEmulator;
  readonly #iot: IotEmulator;
  readonly #creates = new Map<string, number>();

  constructor() {
    const all = demoPanoramaScenario();
    const settings = { ...all.settings, provisioningMs: 1_500, connectMs: 500, deleteMs: 1_000 };
    this.#panorama = createPanoramaEmulator({ ...clock, scenario: { ...all, settings } });
    this.#iot = createIotEmulator({ ...clock, scenario: demoIotScenario() });
  }

  async panorama(request: Request): Promise<Response> {
    if (request.method === "POST" && new URL(request.url).pathname === "/devices") {
      const { Name }: { readonly Name?: unknown } = JSON.parse(await request.clone().text());
      this.#creates.set(String(Name), (this.#creates.get(String(Name)) ?? 0) + 1);
    }
    return this.#panorama.fetch(request);
  }

  iot(request: Request): Promise<Response> {
    return this.#iot.fetch(request);
  }

  /** Somebody carries it to an appliance. @returns whether that took it */
  plugIn(archive: Uint8Array, fileName: string): boolean {
    return this.#panorama.appliance.plugIn({ archive, fileName }).accepted;
  }

  /** Whether nothing stands there any more that was made for it. */
  isRemoved({ subject }: AwsCase): boolean {
    return this.#panorama.state.devices(subject).length === 0;
  }

  counts({ kind, subject }: AwsCase): CallCounts {
    if (kind === "aws-iot") {
      const { CreateProvisioningClaim: creates = 0 } = this.#iot.callCounts();
      return { calls: this.#iot.requests().length, creates, effects: this.#iot.state.claims(subject).length };
    }
    return {
      calls: this.#panorama.requests().length,
      creates: this.#creates.get(subject) ?? 0,
      effects: this.#panorama.state.provisioned(subject),
    };
  }

  get calls(): number {
    return this.#panorama.requests().length + this.#iot.requests().length;
  }
}
