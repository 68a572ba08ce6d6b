import type { HeatConnection } from "../../contracts/connections/heat.ts";
import { ConfigurationError } from "../../contracts/errors.ts";
import type { Clock } from "../../contracts/ports.ts";
import type { Fetch } from "../exchange.ts";
import { createSend, type Send } from "../http.ts";
import type { SecretReader } from "../read-secret.ts";
import type { StartTimer } from "../timer.ts";
import { originsOf } from "./catalogue.ts";
import { HeatClient } from "./client.ts";
import { provider } from "./errors.ts";
import type { Session } from "./session.ts";
import { createSessions } from "./sessions.ts";

/** Limits of this provider; each can be set for tests and demonstrations. */
export interface Bounds {
  /** Longest time of one read, body included. */
  readonly readTimeoutMs: number;
  /** Longest answer; the outputs of one deployment may be near 1 MiB. */
  readonly answerBytes: number;
  /** Longest list of a server's deployments, each with its outputs. */
  readonly listBytes: number;
  readonly configPageSize: number;
  readonly configPages: number;
  /** Longest outputs and reason that stand in a result as they are. */
  readonly fullOutputsBytes: number;
  /** A signed URL works this much longer than the operation may take. */
  readonly signedUrlMarginMs: number;
}

export const defaultBounds: Bounds = {
  readTimeoutMs: 30_000,
  answerBytes: 4 * 1024 * 1024,
  listBytes: 32 * 1024 * 1024,
  configPageSize: 200,
  configPages: 100,
  fullOutputsBytes: 8 * 1024,
  signedUrlMarginMs: 3_600_000,
};

/** What provider and operator are both made of. */
export interface PartsOptions {
  /** Of the connection, for messages. */
  readonly name: string;
  readonly connection: HeatConnection;
  /** Reads a secret by its reference. */
  readonly secret: SecretReader;
  /** Stands in for the network: an emulator in this process, or a test. */
  readonly fetch?: Fetch | undefined;
  readonly clock: Clock;
  /** Measures time-outs; default real time. */
  readonly startTimer?: StartTimer | undefined;
  readonly bounds?: Partial<Bounds> | undefined;
}

/** What the parts of the provider share. */
export interface Parts {
  readonly name: string;
  readonly connection: HeatConnection;
  readonly secret: SecretReader;
  readonly client: HeatClient;
  readonly clock: Clock;
  readonly bounds: Bounds;
  readonly sendTo: (origin: string) => Send;
}

export function createParts(options: PartsOptions): Parts {
  const { name, connection, secret, clock } = options;
  const bounds = { ...defaultBounds, ...options.bounds };
  const sendTo = sendersOf(options, bounds);
  const sessions = createSessions({
    name,
    connection,
    secret,
    clock,
    send: sendTo(new URL(connection.authUrl).origin),
  });
  const client = new HeatClient({ name, connection, sessions, clock, sendTo });
  return { name, connection, secret, client, clock, bounds, sendTo };
}

/** One sender for each origin: a secret goes to the one it is for. */
function sendersOf({ connection, fetch, clock, startTimer }: PartsOptions, bounds: Bounds): (origin: string) => Send {
  const origins = originsOf(connection);
  const senders = new Map<string, Send>();
  return (origin) => {
    const known = senders.get(origin);
    if (known !== undefined) return known;
    const timing = { timeoutMs: bounds.readTimeoutMs, maxBytes: bounds.answerBytes };
    const send = createSend({ fetch, clock, startTimer, origins, secretsTo: origin, ...timing });
    senders.set(origin, send);
    return send;
  };
}

/** Region and project. The same id elsewhere is another thing, and its absence there proves nothing. */
export function placeOf({ connection }: Parts, { project }: Session): string {
  return `${connection.region}/${project}`.toLowerCase();
}

/** @throws ConfigurationError when the connection has come to mean another place since */
export function refuseOtherPlace(parts: Parts, session: Session, place: string): void {
  const here = placeOf(parts, session);
  if (here === place) return;
  throw new ConfigurationError(
    `Expected connection ${parts.name} to mean ${place}, where this operation began, got ${here}: set its region and project back until the operation has ended`,
    { code: "place-changed", provider },
  );
}
