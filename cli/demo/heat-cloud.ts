import {
  createHeatEmulator,
  demoHeatIds,
  demoHeatScenario,
  type Flavour,
  type HeatEmulator,
} from "../../emulators/heat/index.ts";
import { delayOnTimer } from "../../emulators/serve.ts";
import type { HeatCase } from "./cases.ts";
import type { CallCounts } from "./counts.ts";

/** What the servers and the Heat of one case say themselves, when everything is over. */
export interface Runs {
  /** Script runs by server; a server of the case that ran nothing is there with 0. */
  readonly byServer: Readonly<Record<string, number>>;
  /** Whether every script that ran did so once, and on one server alone. */
  readonly eachOnce: boolean;
  readonly rowsLeft: number;
  readonly configsLeft: number;
}

/** A Heat with the servers of one case, and nobody else's. */
export class HeatCloud {
  readonly #emulator: HeatEmulator;

  constructor(flavour: Flavour) {
    const all = demoHeatScenario(flavour);
    const scenario = { ...all, settings: { ...all.settings, pickUpMs: 500, runMs: 2_000 } };
    this.#emulator = createHeatEmulator({ now: () => Date.now(), delay: delayOnTimer, scenario });
  }

  fetch(request: Request): Promise<Response> {
    return this.#emulator.fetch(request);
  }

  counts(): CallCounts {
    const requests = this.#emulator.requests();
    const creates = requests.filter(({ method, path }) => method === "POST" && path.endsWith("/software_deployments"));
    return { calls: requests.length, creates: creates.length, effects: this.#emulator.state.runs().length };
  }

  runs({ servers }: HeatCase): Runs {
    const { state } = this.#emulator;
    const ran = state.runs().map(({ serverId }) => serverId);
    const every = [...new Set([...servers, ...ran])];
    const byServer = Object.fromEntries(every.map((id) => [id, ran.filter((each) => each === id).length]));
    return {
      byServer,
      eachOnce: ran.length === servers.length && servers.every((id) => byServer[id] === 1),
      rowsLeft: state.deployments().length,
      configsLeft: state.configs().filter(({ id }) => id !== demoHeatIds.configId).length,
    };
  }
}
