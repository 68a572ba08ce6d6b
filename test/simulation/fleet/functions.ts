import { acceptOptionsOf } from "../../../functions/accept-options.ts";
import { acceptRequest } from "../../../functions/accept-request/step.ts";
import { Housekeeping } from "../../../functions/housekeeping.ts";
import { createProviders } from "../../../functions/providers.ts";
import { recordDeadLetter } from "../../../functions/record-dead-letter/step.ts";
import { requestRoutes } from "../../../functions/request-routes.ts";
import { runSchedules } from "../../../functions/run-schedules/step.ts";
import { steps } from "../../../functions/steps.ts";
import type { Configuration } from "../../../lib/contracts/configuration.ts";
import {
  deadLetterQueueOf,
  type HandoffStore,
  inboxQueue,
  type MessageHandler,
  type Ports,
  type Vault,
} from "../../../lib/contracts/ports.ts";
import type { Schedule } from "../../../lib/contracts/schedule.ts";
import type { Sealer } from "../../../lib/contracts/sealer.ts";
import type { Secret } from "../../../lib/contracts/secret.ts";
import { closeUntilReconciled, type EffectGate } from "../../../lib/operations/restore.ts";
import { createRunner } from "../../../lib/operations/runner.ts";
// Loaded when they are first needed, which takes real time that virtual time does not wait for.
import "../../../lib/providers/azure-dps/changes/make-leaf.ts";
import "../../../lib/providers/entra/client-secret.ts";
import "../../../lib/providers/heat/keystone-v3.ts";
import { idempotencyMs, retainMs } from "./host-profile.ts";

export interface FunctionParts {
  readonly ports: Ports;
  readonly configuration: Configuration;
  readonly schedules: readonly Schedule[];
  readonly vault: Vault;
  readonly handoffs: HandoffStore;
  readonly sealer: Sealer;
  readonly secret: (reference: string) => Promise<Secret>;
  readonly fetch: (request: Request) => Promise<Response>;
  readonly startTimer: (ms: number, onTimeout: () => void) => () => void;
  /** What hands events to receivers, where there is anything of the kind. */
  readonly sinkHandlers: Readonly<Record<string, MessageHandler>>;
  /** What is stored comes from a backup. */
  readonly isRestored: boolean;
}

/** The shipped functions in one process. */
export interface Functions {
  readonly ports: Ports;
  readonly providers: ReturnType<typeof createProviders>;
  readonly handoffs: HandoffStore;
  readonly handlers: Readonly<Record<string, MessageHandler>>;
  readonly sweep: () => Promise<unknown>;
  readonly runSchedules: () => Promise<unknown>;
  /** Reconciles what a restored backup has left open. */
  readonly afterRestore: () => Promise<unknown>;
}

export function functionsOf(parts: FunctionParts): Functions {
  const { ports, configuration, handoffs } = parts;
  const { connections, publishTargets } = configuration;
  const accept = { ...acceptOptionsOf(configuration, ports), idempotencyMs };
  const providers = createProviders(connections, {
    ...parts,
    ...{ clock: ports.clock, randomness: ports.randomness, ledger: ports.ledger, publishTargets },
  });
  const unsettledFirst = gateOf(parts);
  const runner = createRunner({
    ports,
    steps,
    providerOf: async ({ request }) => providers.of(request.connection),
    retainMs,
    unsettledFirst,
    limitsOf: ({ request }) =>
      Object.hasOwn(connections, request.connection) ? connections[request.connection]?.limits : undefined,
    splitOf: ({ request }) => requestRoutes[request.type].split,
  });
  const deadLetter = recordDeadLetter(ports, retainMs);
  const work: [string, MessageHandler][] = [
    [inboxQueue, acceptRequest(accept)],
    ...Object.keys(steps).map((name): [string, MessageHandler] => [name, runner]),
    ...Object.entries(parts.sinkHandlers),
  ];
  const housekeeping = new Housekeeping({ ports, vault: parts.vault, handoffs, retainMs, idempotencyMs });
  return {
    ...{ ports, providers, handoffs },
    handlers: Object.fromEntries([
      ...work,
      ...work.map(([queue]): [string, MessageHandler] => [deadLetterQueueOf(queue), deadLetter]),
    ]),
    sweep: () => housekeeping.sweep(),
    runSchedules: () => runSchedules(accept, parts.schedules),
    afterRestore: () => unsettledFirst(),
  };
}

/** As the local host has it after `--after-restore`. */
function gateOf({ ports, isRestored }: FunctionParts): EffectGate {
  let gate: Promise<EffectGate> | undefined;
  return async () => {
    if (!isRestored) return undefined;
    gate ??= closeUntilReconciled(ports);
    gate.catch(() => {
      gate = undefined;
    });
    return (await gate)();
  };
}
