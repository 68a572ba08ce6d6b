import type { OperationRecord } from "../../../lib/contracts/operation.ts";
import type { SeededRandomness } from "../virtual-clock.ts";
import type { FleetClouds } from "./clouds.ts";
import type { Host } from "./host.ts";
import type { Timeline } from "./timeline.ts";
import type { Report } from "./verdicts.ts";

/** What people have to do with. */
export interface PeopleParts {
  readonly timeline: Timeline;
  readonly random: SeededRandomness;
  readonly clouds: FleetClouds;
  readonly host: Host;
  readonly rowOf: (operation: string) => OperationRecord | undefined;
  readonly wallNow: () => number;
  readonly report: Report;
  /** Out of four installers that are waited for, how many come. */
  readonly installersInFour: number;
  /** Whoever fetches something comes with somebody else who does. */
  readonly comeInPairs: boolean;
  /** Default: by chance. */
  readonly plugInAfterMs: number | undefined;
  /** By how much a clock that was put back may be behind: nobody can tell that its time has not come. */
  readonly clocksBehindMs: number;
}
