import {
  type AzureSphereEmulator,
  type AzureSphereScenario,
  createAzureSphereEmulator,
  demoIds,
  demoScenario,
} from "../../emulators/azure-sphere/index.ts";
import type { AzureSphereConnection } from "../../lib/contracts/configuration.ts";
import type { OperationRecord } from "../../lib/contracts/operation.ts";
import { inboxQueue } from "../../lib/contracts/ports.ts";
import { Secret } from "../../lib/contracts/secret.ts";
import { createAzureSphereProvider } from "../../lib/providers/azure-sphere/index.ts";
// Loaded when it is first needed, which takes real time that a virtual clock does not wait for.
import "../../lib/providers/entra/client-secret.ts";
import { World, type WorldOptions } from "../simulation/world.ts";
import { functionsOver, requestBody } from "./fleet.ts";

/** The shipped steps with the shipped client against the emulator, in one process on virtual time: each HTTP request is an I/O too. */

const endpoint = "https://sphere.example";
const connection: AzureSphereConnection = {
  kind: "azure-sphere",
  api: "legacy-v2",
  endpoint,
  sphereTenantId: demoIds.tenantId,
  credential: {
    kind: "client-secret",
    directoryId: demoIds.directoryId,
    clientId: demoIds.clientId,
    secret: "env:SPHERE",
    authority: endpoint,
  },
};

/** One world with the shipped client and the emulator behind it. */
export class SphereWorld {
  readonly world: World;
  readonly emulator: AzureSphereEmulator;

  constructor(options: WorldOptions, scenario: Pick<AzureSphereScenario, "faults" | "outcomes" | "settings"> = {}) {
    const world: World = new World(options, (ports, io) =>
      functionsOver(
        ports,
        createAzureSphereProvider({
          name: "sphere",
          connection,
          secret: async () => new Secret(demoIds.clientSecret),
          clock: ports.clock,
          startTimer: (ms, onTimeout) => world.clock.after(ms, onTimeout),
          fetch: (request) => {
            const { pathname } = new URL(request.url);
            const label = `${request.method} ${pathname.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "…")}`;
            return io(label, () => this.emulator.fetch(request));
          },
        }),
      ),
    );
    this.world = world;
    this.emulator = createAzureSphereEmulator({
      now: () => world.clock.now(),
      delay: (ms) => world.clock.sleep(ms),
      newId: () => world.randomness.uuid(),
      scenario: { ...demoScenario(), outcomes: [], faults: [], ...scenario },
    });
  }

  submit(id = "one", data: Record<string, unknown> = {}): void {
    const target = { deviceGroupId: demoIds.groups.happy, images: [demoIds.images.app] };
    this.world.store.send(inboxQueue, requestBody(id, { ...target, ...data }), this.world.clock.now(), 0);
    this.world.keep();
  }

  rows(): OperationRecord[] {
    return [...this.world.store.rows.keys()].flatMap((key) => {
      const record = this.world.store.peek(key);
      return record?.kind === "operation" ? [record] : [];
    });
  }

  runUntilQuiet(forMs = 4 * 3_600_000): Promise<boolean> {
    const quiet = () => this.rows().every((row) => row.state === "ended" && row.wakeAt === undefined);
    return this.world.run(() => this.world.store.messages.size === 0 && quiet(), forMs);
  }
}
