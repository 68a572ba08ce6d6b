import type { ConnectionLimits } from "../../lib/contracts/configuration.ts";
import { inboxQueue, type Ports } from "../../lib/contracts/ports.ts";
import type { DeploymentProvider } from "../../lib/contracts/provider.ts";
import type { Telemetry } from "../../lib/contracts/telemetry.ts";
import { functionsOver, requestBody } from "../operations/fleet.ts";
import { type FakeBehaviour, FakeCloud } from "../simulation/fake-cloud.ts";
import { World } from "../simulation/world.ts";

export interface WatchedFleet {
  readonly world: World;
  readonly cloud: FakeCloud;
  submit(id: string, changes?: Readonly<Record<string, unknown>>): void;
  run(): Promise<boolean>;
}

/** The shipped functions on virtual time, with somebody who listens. */
export function watchedFleet(
  telemetry: Telemetry | undefined,
  behaviour: Partial<FakeBehaviour> = {},
  limits: ConnectionLimits = {},
  /** What a test puts around the provider, or the ports. */
  around: {
    readonly provider?: (provider: DeploymentProvider) => DeploymentProvider;
    readonly ports?: (ports: Ports) => Ports;
  } = {},
): WatchedFleet {
  const { provider: providerOf = (as) => as, ports: portsOf = (as) => as } = around;
  let cloud: FakeCloud | undefined;
  const world = new World({ mode: "cloud" }, (ports: Ports, io) =>
    functionsOver(portsOf({ ...ports, telemetry }), providerOf(cloudOf().provider(io)), limits),
  );
  const cloudOf = () => {
    cloud ??= new FakeCloud(world.clock, behaviour);
    return cloud;
  };
  const isQuiet = () =>
    world.store.messages.size === 0 &&
    [...world.store.rows.keys()].every((key) => {
      const record = world.store.read(key)?.record;
      return record?.kind !== "operation" || (record.state === "ended" && record.wakeAt === undefined);
    });
  return {
    world,
    cloud: cloudOf(),
    submit(id, changes = {}) {
      const body = JSON.stringify({ ...JSON.parse(requestBody(id)), ...changes });
      world.store.send(inboxQueue, body, world.clock.now(), 0);
      world.keep();
    },
    run: () => world.run(isQuiet, 6 * 3_600_000),
  };
}
