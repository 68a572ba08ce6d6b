import type { WaitingPlaces } from "../../lib/clients/waiting-places.ts";
import type { ConnectionConfiguration } from "../../lib/contracts/configuration.ts";
import type { HandoffStore, Ports, ReadableBus, Vault } from "../../lib/contracts/ports.ts";
import type { Schedule } from "../../lib/contracts/schedule.ts";
import type { AcceptOptions } from "../../lib/operations/accept.ts";
import type { OperatorOptions } from "../../lib/sinks/operate.ts";
import type { Providers } from "../providers.ts";
import type { Guard } from "./security.ts";

export type StorageHealth =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: string; readonly since: number };

/** What the application needs of its host. Nothing in it knows which platform that is. */
export interface ApplicationDependencies {
  readonly ports: Ports;
  /** A bus that can be read back; without one, `/events` answers 404. */
  readonly events?: ReadableBus;
  /** Where they are instead, for whoever asks here. */
  readonly eventsAt?: string;
  /** Names can be listed, put and removed; values are never given out. Only where the vault is this machine's own. */
  readonly vault?: Vault;
  /** Where credentials wait until they are fetched, once: the same that providers put them into. */
  readonly handoffs: HandoffStore;
  readonly accept: AcceptOptions;
  readonly providers: Providers;
  readonly connections: Readonly<Record<string, ConnectionConfiguration>>;
  readonly schedules: readonly Schedule[];
  /** How long a finished operation is kept whole. */
  readonly retainMs: number;
  readonly sinks: OperatorOptions;
  /** Patterns of senders that are told they may send events here. */
  readonly webhookOrigins: readonly string[];
  /** Finds out who asks. */
  readonly guard: Guard;
  /** Bounds requests that only wait; without it nobody is bounded. */
  readonly waiting?: WaitingPlaces;
  /** Secrets that nobody may change here, by their names in the vault; default: none. */
  readonly keptSecrets?: ReadonlySet<string>;
  /** Calls back once after `ms`; returns what calls it off. */
  readonly after: (ms: number, callback: () => void) => () => void;
  readonly storage: {
    health(): StorageHealth;
    onHealth(listener: () => void): () => void;
  };
  /** What `/health` says beside the storage: whether anything works here, and how much. */
  readonly activity: () => Activity;
  /** Why `/health` says what it says; default: it knows of the storage alone. */
  readonly checks?: () => Promise<readonly HealthCheck[]>;
  /** Figures in Prometheus' text format; without them `/metrics` answers 404. */
  readonly metrics?: () => Promise<string>;
}

export interface HealthCheck {
  readonly name: string;
  readonly ok: boolean;
  /** A sentence for people. */
  readonly detail: string;
  /** Since when it is not ok (ms since 1970), where that is known. */
  readonly since?: number;
}

export interface Activity {
  readonly version: string;
  /** False when the application was opened for one command and nothing carries operations on. */
  readonly working: boolean;
  readonly running: number;
  readonly startedAt: number;
  readonly sweptAt?: number;
}
