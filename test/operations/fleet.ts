import { recordDeadLetter } from "../../functions/record-dead-letter/step.ts";
import { requestRoutes } from "../../functions/request-routes.ts";
import { steps } from "../../functions/steps.ts";
import { sweepOverdue } from "../../functions/sweep-overdue/step.ts";
import type { ConnectionLimits } from "../../lib/contracts/configuration.ts";
import { ConfigurationError } from "../../lib/contracts/errors.ts";
import { operationIdOf } from "../../lib/contracts/identifiers.ts";
import { type OperationRecord, operationKey } from "../../lib/contracts/operation.ts";
import { deadLetterQueueOf, inboxQueue, type Ports } from "../../lib/contracts/ports.ts";
import type { DeploymentProvider } from "../../lib/contracts/provider.ts";
import { createInboxHandler } from "../../lib/operations/accept.ts";
import { createRunner } from "../../lib/operations/runner.ts";
import { type FakeBehaviour, FakeCloud } from "../simulation/fake-cloud.ts";
import { type Io, World, type WorldOptions } from "../simulation/world.ts";

export const retainMs = 90 * 86_400_000;
export const idempotencyMs = 400 * 86_400_000;
export const group = "c4b1067f-0000-4000-8000-000000000001";
export const image = (number: number) => `985453bb-0000-4000-8000-${String(number).padStart(12, "0")}`;

export function requestBody(id: string, data: Record<string, unknown> = {}): string {
  return JSON.stringify({
    specversion: "1.0",
    id,
    source: "/test",
    type: "drover.azure-sphere.deploy",
    data: { connection: "sphere", deadline: "PT2H", deviceGroupId: group, images: [image(1)], ...data },
  });
}

/** Asks for a deployment to servers: more than one make a parent. */
export function serversBody(id: string, servers: readonly string[], data: Record<string, unknown> = {}): string {
  return JSON.stringify({
    specversion: "1.0",
    id,
    source: "/test",
    type: "drover.heat.deploy",
    data: {
      connection: "heat",
      deadline: "PT2H",
      servers,
      deployment: { config_id: "98666dee-add9-4e80-9fc2-39c6820b05e5" },
      ...data,
    },
  });
}

export const serverNames = (count: number) => Array.from({ length: count }, (_, index) => `server-${index + 1}`);

export const idOf = (requestId: string) => operationIdOf("/test", requestId);

/** The shipped functions over a world's ports. */
export function functionsOver(
  ports: Ports,
  provider: DeploymentProvider,
  limits: ConnectionLimits = {},
  needsApproval: () => boolean = () => false,
  isConfigured: () => boolean = () => true,
) {
  const runner = createRunner({
    ports,
    steps,
    providerOf: async () => {
      if (isConfigured()) return provider;
      throw new ConfigurationError("Expected the connection in the configuration, got none");
    },
    retainMs,
    limitsOf: () => limits,
    splitOf: ({ request }) => requestRoutes[request.type].split,
  });
  const deadLetters = recordDeadLetter(ports, retainMs);
  const queues = [inboxQueue, ...Object.keys(steps)];
  return {
    handlers: {
      [inboxQueue]: createInboxHandler({
        ports,
        routes: requestRoutes,
        connectionKind: (name) =>
          ({ sphere: "azure-sphere", heat: "heat", dps: "azure-dps", panorama: "aws-panorama", iot: "aws-iot" })[name],
        idempotencyMs,
        needsApproval,
      }),
      ...Object.fromEntries(Object.keys(steps).map((name) => [name, runner])),
      ...Object.fromEntries(queues.map((queue) => [deadLetterQueueOf(queue), deadLetters])),
    },
    sweep: () => sweepOverdue({ ports, retainMs, idempotencyMs }),
  };
}

/** A world with one fake cloud behind every connection. */
export class Fleet {
  readonly world: World;
  readonly cloud: FakeCloud;

  constructor(
    options: WorldOptions,
    behaviour: Partial<FakeBehaviour> = {},
    limits: ConnectionLimits = {},
    needsApproval: () => boolean = () => false,
  ) {
    let cloud: FakeCloud | undefined;
    this.world = new World(options, (ports: Ports, io: Io) => {
      cloud ??= this.cloud;
      return functionsOver(ports, cloud.provider(io), limits, needsApproval, () => this.cloud.configured);
    });
    this.cloud = new FakeCloud(this.world.clock, behaviour);
  }

  submit(body: string): void {
    this.world.store.send(inboxQueue, body, this.world.clock.now(), 0);
    // The sender has been told that its message is stored, so it survives a crash.
    this.world.keep();
  }

  row(requestId: string): OperationRecord | undefined {
    const record = this.world.store.peek(operationKey(idOf(requestId)));
    return record?.kind === "operation" ? record : undefined;
  }

  rows(): OperationRecord[] {
    return [...this.world.store.rows.keys()].flatMap((key) => {
      const record = this.world.store.peek(key);
      return record?.kind === "operation" ? [record] : [];
    });
  }

  eventsOf(requestId: string): string[] {
    const seen = new Set<string>();
    return this.world.store.events.flatMap((event) => {
      if (event.subject !== idOf(requestId) || seen.has(event.id)) return [];
      seen.add(event.id);
      return [event.type.replace("drover.operation.", "")];
    });
  }

  /** Nothing to send, nothing to wake, no message left. */
  isQuiet(): boolean {
    const busy = this.rows().some((row) => row.state === "active" || row.wakeAt !== undefined);
    return !busy && this.world.store.messages.size === 0;
  }

  runUntilQuiet(forMs = 6 * 3_600_000): Promise<boolean> {
    return this.world.run(() => this.isQuiet(), forMs);
  }
}
