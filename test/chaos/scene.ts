import type { HttpClient } from "./client.ts";
import type { Clouds } from "./clouds.ts";
import type { Drover } from "./drover.ts";
import type { EventReader } from "./reader.ts";
import type { SmallDisk } from "./small-disk.ts";

/** How long things last; a quick run has less of everything. */
export interface Durations {
  readonly frozenMs: number;
  readonly fullMs: number;
  readonly downMs: number;
  readonly clockMs: number;
  readonly steppedMs: number;
  readonly aheadMs: number;
}

export interface Scene {
  readonly drover: Drover;
  readonly clouds: Clouds;
  readonly client: HttpClient;
  readonly reader: EventReader;
  readonly random: () => number;
  /** What the data folder stands on, or why that is the machine's own disk. */
  readonly disk: SmallDisk | string;
  /** Operations whose request was answered: none of them may be missing from the disk at any later moment. */
  readonly promised: ReadonlySet<string>;
  /** Operations that may end as nobody can tell, for the clock was too wrong for it. */
  readonly doubtful: Set<string>;
  readonly wrong: string[];
}

export interface Ended {
  /** When the disaster was over. */
  readonly startedMs: number;
  readonly note: string;
  /** What is looked at once it is over, beside the providers. @returns what to say of it */
  readonly afterwards?: () => Promise<string>;
}

export const recoversWithinMs = 120_000;

/** When a provider is next asked for something of the kind; not a number when it is not. */
export async function nextCall(
  { clouds }: Scene,
  isMeant: (request: Request) => boolean,
  withinMs: number,
): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  clouds.onCall = (request) => {
    if (isMeant(request)) resolve(performance.now());
  };
  const tooLate = setTimeout(() => resolve(Number.NaN), withinMs);
  const at = await promise;
  clearTimeout(tooLate);
  clouds.onCall = () => undefined;
  return at;
}

export const isChange = ({ method, url }: Request): boolean => method !== "GET" && !url.includes("token");

export const seconds = (ms: number): string => `${Number((ms / 1000).toFixed(1))} s`;
