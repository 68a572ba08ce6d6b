import { type AzureSphereEmulator, createAzureSphereEmulator } from "../../emulators/azure-sphere/index.ts";
import { delayOnTimer, type LoopbackServer, serveOnLoopback } from "../../emulators/serve.ts";
import { type DemoCase, scenario } from "./cases.ts";

export interface CallCounts {
  /** Requests about the group, its deployments and its operations. */
  readonly calls: number;
  /** Requests to create a deployment, whatever was answered. */
  readonly creates: number;
  /** Creates that took effect. */
  readonly effects: number;
}

/** The emulated provider, in this process, so that it sees what Drover really sends. */
export class DemoCloud {
  readonly #emulator: AzureSphereEmulator;
  #server: LoopbackServer | undefined;
  #watched: { readonly path: RegExp; readonly arrived: () => void } | undefined;

  constructor() {
    this.#emulator = createAzureSphereEmulator({ now: () => Date.now(), delay: delayOnTimer, scenario: scenario() });
  }

  /** @returns its origin */
  async serve(): Promise<string> {
    this.#server = await serveOnLoopback((request) => this.#answer(request));
    return this.#server.url;
  }

  /** Resolves when a create for the group has arrived, while it is still unanswered. */
  createArrives({ deviceGroupId }: DemoCase): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#watched = { path: new RegExp(`/devicegroups/${deviceGroupId}/deployments$`, "i"), arrived: resolve };
    return promise;
  }

  counts({ deviceGroupId }: DemoCase): CallCounts {
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

  get allCalls(): number {
    return this.#emulator.requests().length;
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }

  #answer(request: Request): Promise<Response> {
    if (request.method === "POST" && this.#watched?.path.test(new URL(request.url).pathname)) this.#watched.arrived();
    return this.#emulator.fetch(request);
  }
}
