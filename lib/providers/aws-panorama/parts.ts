import type { Clock } from "../../contracts/ports.ts";
import type { Settling } from "../../contracts/provider.ts";
import type { AwsService } from "../aws/service.ts";
import type { PanoramaClient } from "./client.ts";

/** Limits of this provider; each can be set for tests and demonstrations. */
export interface Bounds {
  /** Longest time of one read, body included. */
  readonly readTimeoutMs: number;
  /** Longest answer: an archive in base64 is part of one. */
  readonly answerBytes: number;
  /** Pages of one list that are read at most. */
  readonly listPages: number;
}

export const defaultBounds: Bounds = { readTimeoutMs: 20_000, answerBytes: 4 * 1024 * 1024, listPages: 200 };

/** What the parts of the provider share. */
export interface Parts {
  /** Of the connection, for messages. */
  readonly name: string;
  readonly client: PanoramaClient;
  readonly service: AwsService;
  readonly clock: Clock;
  readonly settling: Settling;
}
