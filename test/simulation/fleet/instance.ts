import type { Configuration } from "../../../lib/contracts/configuration.ts";
import { ConfigurationError } from "../../../lib/contracts/errors.ts";
import type { Schedule } from "../../../lib/contracts/schedule.ts";
import type { Sealer } from "../../../lib/contracts/sealer.ts";
import { Secret } from "../../../lib/contracts/secret.ts";
import { type KeptHandoff, memoryHandoffs } from "../memory-handoffs.ts";
import { memoryVault } from "../memory-vault.ts";
import type { SeededRandomness } from "../virtual-clock.ts";
import type { FleetClouds } from "./clouds.ts";
import { knownSecrets } from "./connections.ts";
import { type Functions, functionsOf } from "./functions.ts";
import type { HostProfile } from "./host-profile.ts";
import { currentWork, type Io, within } from "./io.ts";
import type { RequestsOut } from "./oracles/requests-out.ts";
import { portsOf } from "./ports.ts";
import { providerCallOf } from "./provider-calls.ts";
import type { Receivers } from "./receivers.ts";
import type { SimProcess } from "./sim-process.ts";
import { sinksIn } from "./sinks.ts";
import type { StagedKeys } from "./staged-keys.ts";
import type { FleetStore } from "./store.ts";

/** What all processes of a world share. */
export interface Shared {
  readonly store: FleetStore;
  readonly profile: HostProfile;
  readonly configuration: Configuration;
  readonly schedules: readonly Schedule[];
  readonly clouds: FleetClouds;
  /** What the engine draws its ids from. */
  readonly randomness: SeededRandomness;
  readonly requestsOut: RequestsOut;
  readonly receivers: Receivers;
  readonly staged: StagedKeys;
  readonly handedOver: Map<string, KeptHandoff>;
  readonly sealed: Secret[];
  readonly wallNow: () => number;
  readonly lagMs: () => number;
  readonly logged: (line: string) => void;
  readonly isRestored: () => boolean;
  /** Whether a defect is planted now. */
  readonly isDefective: () => boolean;
  /** A hand-off was taken out of its store. */
  readonly letOut: (entry: KeptHandoff["entry"]) => void;
  /** A request has changed something at a provider. */
  readonly effected: () => void;
}

type PlainIo = NonNullable<Parameters<typeof memoryHandoffs>[2]>;

/** The shipped functions as one process has them. */
export function instanceIn(process: SimProcess, io: Io, shared: Shared): Functions {
  const { store, profile, randomness, wallNow, lagMs, logged } = shared;
  const plain = (port: "vault" | "handoffs"): PlainIo => {
    return (label, apply) => io(port, label.slice(label.indexOf(".") + 1), apply);
  };
  const handoffs: PlainIo = (label, apply) =>
    plain("handoffs")(label, async () => {
      const value = await apply();
      if (label === "handoffs.take" && value) shared.letOut((value as unknown as KeptHandoff).entry);
      return value;
    });
  const ports = portsOf({ store, profile, process, io, randomness, wallNow, lagMs, logged });
  const secret = async (reference: string) => {
    const hub = () => (reference === "vault:dps-demo-hub" ? shared.clouds.hubConnectionString() : undefined);
    const value = knownSecrets.get(reference) ?? hub();
    if (value === undefined) throw new ConfigurationError(`Expected ${reference} in the vault, got none`);
    return new Secret(value);
  };
  const { receivers, configuration } = shared;
  const { sinks } = configuration;
  return functionsOf({
    ports,
    sinkHandlers: profile.hasJournal ? sinksIn({ process, io, store, ports, sinks, secret, receivers }) : {},
    configuration,
    schedules: shared.schedules,
    vault: memoryVault(shared.staged, plain("vault")),
    handoffs: memoryHandoffs(shared.handedOver, process.clock, handoffs),
    sealer: sealerOver(shared.sealed),
    secret,
    fetch: fetchOf(io, shared),
    startTimer: (ms, onTimeout) => {
      if (shared.isDefective()) throw new TypeError("a planted defect");
      return process.after(ms, onTimeout);
    },
    isRestored: shared.isRestored(),
  });
}

/** The network, as far as providers are reached over it. */
function fetchOf(io: Io, { clouds, requestsOut, effected }: Shared) {
  return async (request: Request): Promise<Response> => {
    const call = providerCallOf(request);
    const work = currentWork();
    const arrives = async () => {
      const cloud = clouds.behind(new URL(request.url));
      if (!cloud) throw new TypeError("fetch failed");
      // So that what strikes it there can tell on whose behalf it came.
      const response = await (work ? within(work, () => cloud.fetch(request)) : cloud.fetch(request));
      if (call.changes) effected();
      return response;
    };
    const response = await io("provider", call.label, arrives, {
      changes: call.changes,
      signal: request.signal,
      broken: () => new TypeError("fetch failed"),
      leaves: () => requestsOut.leaving(call, request, work),
    });
    if (work && call.changes && response.ok) requestsOut.answered(work);
    return response;
  };
}

/** Opens only what it has sealed. */
function sealerOver(sealed: Secret[]): Sealer {
  return {
    async seal(purpose, text) {
      sealed.push(text);
      return `${purpose}#${sealed.length - 1}`;
    },
    async open(purpose, text) {
      const [found, index] = text.split("#");
      const secret = found === purpose ? sealed[Number(index)] : undefined;
      if (!secret) throw new Error("Expected text that was sealed here");
      return secret;
    },
  };
}
