import type { FaultTarget } from "../faults.ts";
import type { SettingsPatch } from "./settings.ts";

/**
 * What an emulator can be told, as plain JSON data: who exists, how script runs end, which faults strike. Times are milliseconds of the
 * injected clock.
 */
export interface HeatScenario {
  readonly settings?: SettingsPatch;
  readonly projects?: readonly ProjectSeed[];
  readonly users?: readonly UserSeed[];
  readonly applicationCredentials?: readonly ApplicationCredentialSeed[];
  readonly servers?: readonly ServerSeed[];
  readonly configs?: readonly ConfigSeed[];
  readonly deployments?: readonly DeploymentSeed[];
  readonly containers?: readonly ContainerSeed[];
  readonly outcomes?: readonly RunScript[];
  readonly faults?: readonly FaultScript[];
}

export interface ProjectSeed {
  readonly id: string;
  readonly name: string;
  /** Default `default`, named `Default`. */
  readonly domain?: DomainSeed;
  /** Keys that temporary URLs of the project's object store may be signed with, at most two. */
  readonly tempUrlKeys?: readonly string[];
}

export interface DomainSeed {
  readonly id: string;
  readonly name: string;
}

export interface UserSeed {
  readonly id: string;
  readonly name: string;
  readonly domain?: DomainSeed;
  readonly password: string;
  /** What a Rackspace login takes in place of the password. */
  readonly apiKey?: string;
  readonly grants: readonly GrantSeed[];
}

export interface GrantSeed {
  readonly projectId: string;
  /** Such as `member`, `reader`, `admin`; `member` and `admin` imply what is below them. */
  readonly roles: readonly string[];
}

export interface ApplicationCredentialSeed {
  readonly id: string;
  readonly name: string;
  readonly secret: string;
  readonly userId: string;
  readonly projectId: string;
  readonly roles: readonly string[];
}

export interface ServerSeed {
  readonly id: string;
  /** Without one nothing on the server looks for configs; default true. */
  readonly agent?: boolean;
  readonly pickUpMs?: number;
  readonly runMs?: number;
}

export interface ConfigSeed {
  readonly id: string;
  readonly projectId: string;
  readonly name?: string | null;
  readonly group?: string | null;
  readonly config?: unknown;
  readonly inputs?: readonly unknown[];
  readonly outputs?: readonly unknown[];
  readonly options?: unknown;
}

/** A row that is there from the beginning; the agent of its server finds it like any other. */
export interface DeploymentSeed {
  readonly id: string;
  readonly projectId: string;
  readonly configId: string;
  readonly serverId: string;
  readonly action?: string | null;
  readonly status?: string | null;
  readonly statusReason?: string;
  readonly inputValues?: unknown;
  readonly outputValues?: unknown;
  readonly stackUserProjectId?: string;
}

export interface ContainerSeed {
  readonly projectId: string;
  readonly name: string;
  readonly tempUrlKeys?: readonly string[];
}

/** How the first matching run ends. All given conditions must hold; none given matches every run. */
export interface RunScript {
  readonly serverId?: string;
  /** The config's name begins with this. */
  readonly configName?: string;
  /** The config's script contains this. */
  readonly configText?: string;
  /** How many runs this holds for; default all. */
  readonly times?: number;
  /** `stuck` runs for ever. `silent` ends and signals nothing, as a server that lost its network. */
  readonly result: "complete" | "failed" | "stuck" | "silent";
  /** Of a failed run; default 1. */
  readonly exitCode?: number;
  /** Values of declared outputs, and of others, which the service drops. */
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly runMs?: number;
}

/** Which requests a fault strikes, also by what their bodies say. */
export interface HeatFaultTarget extends FaultTarget {
  /** The body contains this, such as the id of a server or of a config. */
  readonly contains?: string;
}

/** The engine stalls: the request is carried out and answered with 500 `MessagingTimeout` only `delayMs` later. */
export interface StallFault extends HeatFaultTarget {
  readonly kind: "stall";
  readonly delayMs: number;
  /** When the engine goes on and carries the request out; default at once. */
  readonly landsAfterMs?: number;
}

/** The answer is lost and the request is carried out only `landsAfterMs` later, under the conditions that hold by then. */
export interface LateLandingFault extends HeatFaultTarget {
  readonly kind: "late-landing";
  readonly landsAfterMs: number;
  /** Default `drop`. */
  readonly reply?: "drop" | "hang" | "messaging-timeout";
}

/** The connection breaks; with `takesEffect` only after the request was carried out. */
export interface DropFault extends HeatFaultTarget {
  readonly kind: "drop";
  readonly takesEffect?: boolean;
}

/** No answer ever comes; the caller has to give up. With `landsAfterMs` the request is carried out all the same. */
export interface HangFault extends HeatFaultTarget {
  readonly kind: "hang";
  readonly landsAfterMs?: number;
}

export type FaultBody = "heat" | "keystone-401" | "apig" | "rackspace" | "text-503" | "html" | "empty";

/** An answer that the service itself did not choose. With `takesEffect` the request is carried out all the same. */
export interface StatusFault extends HeatFaultTarget {
  readonly kind: "status";
  readonly status: number;
  /** Default `heat`. */
  readonly body?: FaultBody;
  /** `error.type` of the Heat shape, or the `error_code` of a gateway. */
  readonly code?: string;
  readonly message?: string;
  readonly retryAfterSeconds?: number;
  readonly takesEffect?: boolean;
}

/** The request is carried out at once and the answer comes later. */
export interface SlowFault extends HeatFaultTarget {
  readonly kind: "slow";
  readonly delayMs: number;
}

/** A good token is refused, once unless `times` says otherwise. */
export interface TokenRefusedFault extends HeatFaultTarget {
  readonly kind: "token-refused-once";
}

export type FaultScript =
  | StallFault
  | LateLandingFault
  | DropFault
  | HangFault
  | StatusFault
  | SlowFault
  | TokenRefusedFault;
