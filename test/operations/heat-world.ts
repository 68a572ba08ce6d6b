import { createHeatEmulator, type HeatEmulator, type HeatScenario } from "../../emulators/heat/index.ts";
import type { ConnectionLimits, HeatConnection } from "../../lib/contracts/configuration.ts";
import { heatConnectionSchema } from "../../lib/contracts/connections/heat.ts";
import { operationIdOf } from "../../lib/contracts/identifiers.ts";
import type { OperationRecord } from "../../lib/contracts/operation.ts";
import { inboxQueue } from "../../lib/contracts/ports.ts";
import { Secret } from "../../lib/contracts/secret.ts";
import { createHeatProvider } from "../../lib/providers/heat/index.ts";
// Loaded when it is first needed, which takes real time that a virtual clock does not wait for.
import "../../lib/providers/heat/keystone-v3.ts";
import { World, type WorldOptions } from "../simulation/world.ts";
import { functionsOver, serversBody } from "./fleet.ts";

/** The shipped steps with the shipped Heat client against the emulator, in one process on virtual time. */

const origin = "https://heat.example";
export const secrets: Readonly<Record<string, string>> = {
  "env:PASSWORD": "pass-word-of-the-fleet",
  "vault:swift-key": "key-of-the-object-store",
};
export const sourceConfig = "98666dee-add9-4e80-9fc2-39c6820b05e5";

/** Has values for all its inputs, so that servers can run it as it is. */
export const finishedConfig = "98666dee-0000-4e80-9fc2-39c6820b05e5";
export const serverOne = "e3a5f70a-b3e6-420e-804e-a92cc7764874";
export const serverTwo = "152886f3-0c5f-4eb6-8e74-12ae2a4dd172";
export const project = "254e75f3624245b2a7d8c2506130bdaa";

const connection: HeatConnection = heatConnectionSchema.parse({
  kind: "heat",
  flavour: "openstack",
  authUrl: `${origin}/v3`,
  region: "RegionOne",
  tempUrl: { container: "drover-signals", key: "vault:swift-key" },
  credential: { kind: "password", user: "fleet", domainId: "default", projectId: project, password: "env:PASSWORD" },
});

const scenario: HeatScenario = {
  projects: [{ id: project, name: "fleet", tempUrlKeys: [secrets["vault:swift-key"] ?? ""] }],
  users: [
    {
      id: "5ae610c666eb4221aead129244c9d599",
      name: "fleet",
      password: secrets["env:PASSWORD"] ?? "",
      grants: [{ projectId: project, roles: ["member"] }],
    },
  ],
  containers: [{ projectId: project, name: "drover-signals" }],
  configs: [
    {
      id: sourceConfig,
      projectId: project,
      name: "release",
      group: "script",
      config: '#!/bin/sh\necho "$version"\n',
      inputs: [{ name: "version", type: "String", default: "1" }],
      outputs: [{ name: "result", type: "String" }],
    },
    {
      id: finishedConfig,
      projectId: project,
      name: "finished",
      group: "script",
      config: '#!/bin/sh\necho "$version"\n',
      inputs: [{ name: "version", type: "String", value: "1" }],
    },
  ],
};

export class HeatWorld {
  readonly world: World;
  readonly emulator: HeatEmulator;

  constructor(
    options: WorldOptions,
    more: Pick<HeatScenario, "faults" | "outcomes" | "settings" | "configs"> = {},
    limits: ConnectionLimits = {},
  ) {
    const world: World = new World(options, (ports, io) =>
      functionsOver(
        ports,
        createHeatProvider({
          name: "heat",
          connection,
          secret: async (reference) => new Secret(secrets[reference] ?? ""),
          clock: ports.clock,
          startTimer: (ms, onTimeout) => world.clock.after(ms, onTimeout),
          fetch: (request) => {
            const { pathname } = new URL(request.url);
            const label = `${request.method} ${pathname.replace(/[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32}/g, "…")}`;
            return io(label, () => this.emulator.fetch(request));
          },
        }),
        limits,
      ),
    );
    this.world = world;
    this.emulator = createHeatEmulator({
      now: () => world.clock.now(),
      delay: (ms) => world.clock.sleep(ms),
      newId: () => world.randomness.uuid(),
      scenario: { ...scenario, ...more, configs: [...(scenario.configs ?? []), ...(more.configs ?? [])] },
    });
  }

  submit(id: string, servers: readonly string[], data: Record<string, unknown> = {}): void {
    const asked = { deployment: { config_id: sourceConfig }, completion: "temp-url", ...data };
    this.world.store.send(inboxQueue, serversBody(id, servers, asked), this.world.clock.now(), 0);
    this.world.keep();
  }

  rows(): OperationRecord[] {
    return [...this.world.store.rows.keys()].flatMap((key) => {
      const record = this.world.store.peek(key);
      return record?.kind === "operation" ? [record] : [];
    });
  }

  row(id: string): OperationRecord | undefined {
    return this.rows().find((row) => row.id === operationIdOf("/test", id));
  }

  /** Configs that were made for a run and are still there. */
  derivedConfigs(): number {
    return this.emulator.state.configs().filter(({ name }) => name?.startsWith("drover-")).length;
  }

  /** Somebody who carries out deployments that nothing signals for says that they are complete. */
  async reportAll(): Promise<void> {
    await this.#toAll({ method: "PUT", body: JSON.stringify({ status: "COMPLETE", status_reason: "done by hand" }) });
  }

  /** Somebody removes every deployment. */
  async removeAll(): Promise<void> {
    await this.#toAll({ method: "DELETE" });
  }

  async #toAll(init: RequestInit): Promise<void> {
    const ask = (path: string, init: RequestInit) => this.emulator.fetch(new Request(`${origin}${path}`, init));
    const user = { name: "fleet", domain: { id: "default" }, password: secrets["env:PASSWORD"] };
    const auth = { identity: { methods: ["password"], password: { user } }, scope: { project: { id: project } } };
    const login = await ask("/v3/auth/tokens", { method: "POST", body: JSON.stringify({ auth }) });
    const headers = { "x-auth-token": login.headers.get("x-subject-token") ?? "" };
    for (const { id } of this.emulator.state.deployments()) {
      await ask(`/v1/${project}/software_deployments/${id}`, { ...init, headers });
    }
  }

  runUntilQuiet(forMs = 6 * 3_600_000): Promise<boolean> {
    const quiet = () => this.rows().every((row) => row.state === "ended" && row.wakeAt === undefined);
    return this.world.run(() => this.world.store.messages.size === 0 && quiet(), forMs);
  }
}
