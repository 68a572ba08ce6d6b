import type { AzureDpsConnection } from "../../contracts/connections/azure-dps.ts";
import type { Clock } from "../../contracts/ports.ts";
import type { Settling } from "../../contracts/provider.ts";
import type { Sealer } from "../../contracts/sealer.ts";
import type { Secret } from "../../contracts/secret.ts";
import type { Send } from "../http.ts";
import type { DpsClient } from "./client.ts";
import type { TrustedOrigins } from "./links.ts";
import type { Paths } from "./paths.ts";

/** Limits of this provider; each can be set for tests and demonstrations. */
export interface Bounds {
  /** Longest time of one read, body included. */
  readonly readTimeoutMs: number;
  /** Longest answer, decompressed. */
  readonly answerBytes: number;
  /** Pages of one list that are read at most. */
  readonly listPages: number;
}

export const defaultBounds: Bounds = { readTimeoutMs: 30_000, answerBytes: 4 * 1024 * 1024, listPages: 200 };

/** What the parts of the provider share. */
export interface Parts {
  /** Of the connection, for messages. */
  readonly name: string;
  readonly connection: AzureDpsConnection;
  readonly client: DpsClient;
  readonly paths: Paths;
  readonly trusted: TrustedOrigins;
  /** The provider's clock by its newest answer (ms since 1970); undefined while there is none. */
  readonly clockThere: () => number | undefined;
  /** To the services themselves, to try keys out. */
  readonly sendToService: Send;
  readonly sealer: Sealer;
  readonly clock: Clock;
  readonly settling: Settling;
  /** Reads a secret of the vault by its reference, for requests that name one. */
  readonly secret: (reference: string) => Promise<Secret>;
}
