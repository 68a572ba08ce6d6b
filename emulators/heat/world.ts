import { createHash } from "node:crypto";
import type { Scripts } from "../scripts.ts";
import type { Timeline } from "../timeline.ts";
import type { ApplicationCredentialSeed, DomainSeed, RunScript, ServerSeed } from "./scenario.ts";
import type { Settings } from "./settings.ts";

export interface Project {
  readonly id: string;
  readonly name: string;
  readonly domain: DomainSeed;
  /** Of the project's object store; clients may set them. */
  tempUrlKeys: readonly string[];
}

export interface User {
  readonly id: string;
  readonly name: string;
  readonly domain: DomainSeed;
  readonly password: string;
  readonly apiKey: string | null;
  /** By project. */
  readonly grants: ReadonlyMap<string, readonly string[]>;
}

export interface IssuedToken {
  readonly token: string;
  readonly userId: string;
  /** Null without scope. */
  readonly projectId: string | null;
  readonly roles: readonly string[];
  readonly expiresAtMs: number;
  /** When the service last took it: it may take a revoked token from its cache. */
  usedAtMs: number | null;
  revokedAtMs: number | null;
}

/** Immutable, as the service's configs are. */
export interface Config {
  readonly id: string;
  readonly projectId: string;
  readonly name: string | null;
  readonly group: string | null;
  readonly config: unknown;
  readonly inputs: readonly unknown[];
  readonly outputs: readonly unknown[];
  readonly options: unknown;
  readonly createdAtMs: number;
}

export interface Deployment {
  readonly id: string;
  readonly projectId: string;
  readonly stackUserProjectId: string | null;
  readonly serverId: string;
  readonly createdAtMs: number;
  configId: string;
  action: string | null;
  status: string | null;
  statusReason: string;
  inputValues: unknown;
  outputValues: unknown;
  updatedAtMs: number | null;
  deletedAtMs: number | null;
}

/** A script on a server. */
export interface Run {
  readonly serverId: string;
  readonly configId: string;
  readonly atMs: number;
  /** Rows that named the config when the run began. */
  readonly deploymentIds: readonly string[];
  /** Null while it runs. */
  endedAtMs: number | null;
  exitCode: number | null;
  /** What became of its signal. */
  signal: "none" | "delivered" | "refused" | "nowhere" | null;
}

/** A config that an agent saw and did not run. */
export interface Skip {
  readonly serverId: string;
  readonly configId: string;
  readonly atMs: number;
  readonly why: "no-runner" | "input-without-value" | "already-run";
}

export interface StoredObject {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly contentType: string;
  readonly modifiedAtMs: number;
}

export interface Container {
  readonly projectId: string;
  readonly name: string;
  tempUrlKeys: readonly string[];
  readonly objects: Map<string, StoredObject>;
}

/** A signal that the object store refused. */
export interface RefusedSignal {
  readonly serverId: string;
  readonly configId: string;
  readonly atMs: number;
  readonly status: number;
}

export interface Stack {
  readonly id: string;
  readonly name: string;
  readonly projectId: string;
  /** Rows of its deployment resources, by resource name. */
  readonly deployments: Map<string, string>;
}

/** A run about to end, for a script or predicate to judge. */
export interface NewRun {
  readonly serverId: string;
  readonly config: Config;
}

export interface ScriptedRun extends RunScript {
  readonly where?: (run: NewRun) => boolean;
}

export interface World {
  settings: Settings;
  readonly newId: () => string;
  readonly timeline: Timeline;
  readonly outcomes: Scripts<ScriptedRun, NewRun>;
  readonly projects: Map<string, Project>;
  readonly users: Map<string, User>;
  readonly credentials: Map<string, ApplicationCredentialSeed>;
  readonly tokens: Map<string, IssuedToken>;
  readonly servers: Map<string, ServerSeed>;
  readonly configs: Map<string, Config>;
  /** In order of landing. Deleted rows stay, marked. */
  readonly deployments: Map<string, Deployment>;
  /** Rows that are not deleted, by config: the fence looks here at every delete. */
  readonly references: Map<string, Set<string>>;
  readonly rowsByServer: Map<string, Set<string>>;
  readonly runs: Run[];
  readonly skips: Skip[];
  /** By `server/config`: what an agent has run it never runs again. */
  readonly hasRun: Set<string>;
  /** By `project/name`. */
  readonly containers: Map<string, Container>;
  readonly queues: Map<string, unknown[]>;
  readonly refusedSignals: RefusedSignal[];
  readonly stacks: Map<string, Stack>;
}

/** 32 hex characters, as Keystone writes ids; always the same for the same parts. */
export function hexId(...parts: readonly string[]): string {
  return createHash("sha256").update(parts.join("/")).digest("hex").slice(0, 32);
}
