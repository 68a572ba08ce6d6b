import {
  type AzureSphereEmulator,
  type AzureSphereScenario,
  createAzureSphereEmulator,
  demoScenario,
} from "../../emulators/azure-sphere/index.ts";
import { delayOnTimer } from "../../emulators/serve.ts";
import { crashedCase, type SphereCase } from "./cases.ts";
import type { CallCounts } from "./counts.ts";

/** The fleet of the emulator, in which the slow group is slow to answer and not to finish. */
function scenario(): AzureSphereScenario {
  const all = demoScenario();
  const outcomes = (all.outcomes ?? []).map((script) =>
    script.deviceGroupId === crashedCase.deviceGroupId ? { ...script, notStartedMs: 500, inProgressMs: 3_000 } : script,
  );
  return { ...all, outcomes };
}

export class SphereCloud {
  readonly #emulator: AzureSphereEmulator;
  #watched: { readonly path: RegExp; readonly arrived: () => void } | undefined;

  constructor() {
    this.#emulator = createAzureSphereEmulator({ now: () => Date.now(), delay: delayOnTimer, scenario: scenario() });
  }

  fetch(request: Request): Promise<Response> {
    if (request.method === "POST" && this.#watched?.path.test(new URL(request.url).pathname)) this.#watched.arrived();
    return this.#emulator.fetch(request);
  }

  /** Resolves when a create for the group has arrived, while it is still unanswered. */
  createArrives({ deviceGroupId }: SphereCase): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#watched = { path: new RegExp(`/devicegroups/${deviceGroupId}/deployments$`, "i"), arrived: resolve };
    return promise;
  }

  counts({ deviceGroupId }: SphereCase): CallCounts {
    const { state } = this.#emulator;
    const mine = state.operations().filter((operation) => operation.deviceGroupId === deviceGroupId);
    const deployments = state.deployments(deviceGroupId);
    const ids = [deviceGroupId, ...mine.map(({ id }) => id), ...deployments.map(({ id }) => id)];
    const about = this.#emulator.requests().filter(({ path }) => ids.some((id) => path.includes(id)));
    return {
      calls: about.length,
      creates: about.filter(({ method }) => method === "POST").length,
      effects: state.acceptedCreates(deviceGroupId),
    };
  }

  get calls(): number {
    return this.#emulator.requests().length;
  }
}
