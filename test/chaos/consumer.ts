import { demoDpsIds } from "../../emulators/azure-dps/index.ts";
import type { Clouds } from "./clouds.ts";

const lookEveryMs = 100;
/** As the requests say of their consumers. */
const readEveryMs = 1_000;

/** Programs that use the keys which are rotated: each reads what is published once a second, and has to find the door open always. */
export class KeyConsumers {
  readonly #clouds: Clouds;
  readonly #held = new Map<string, string>();
  #readAtMs = 0;
  #timer: NodeJS.Timeout | undefined;
  served = 0;
  refused = 0;

  constructor(clouds: Clouds, services: readonly string[]) {
    this.#clouds = clouds;
    for (const service of services) {
      const key = clouds.dps.state.policy(service, demoDpsIds.policy)?.primaryKey;
      if (key !== undefined) this.#held.set(service, key);
    }
  }

  start(): void {
    this.#timer = setInterval(() => this.#look(), lookEveryMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const { state, vaults } = this.#clouds.dps;
    const reads = performance.now() - this.#readAtMs >= readEveryMs;
    if (reads) this.#readAtMs = performance.now();
    for (const [service, held] of this.#held) {
      const key = reads ? (vaults.current(this.#clouds.vault, `dps-${service}`) ?? held) : held;
      this.#held.set(service, key);
      const { primaryKey, secondaryKey } = state.policy(service, demoDpsIds.policy) ?? {};
      if (key === primaryKey || key === secondaryKey) this.served += 1;
      else this.refused += 1;
    }
  }
}
