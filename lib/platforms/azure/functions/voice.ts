import type { Log } from "../../../contracts/ports.ts";
import { jsonLog, type LogLevel, logLevels } from "../../json-log.ts";
import { redacted } from "../../redaction.ts";
import { loggedMetrics, type Metrics } from "../metrics.ts";
import type { Variables } from "../settings.ts";
import { currentInvocation } from "./invocations.ts";

/** What the functions of one process say: each line in the log of its invocation, where the host files it. */
export interface Voice {
  readonly log: Log;
  readonly metrics: Metrics;
  /** Writes what was counted, unless that was done a moment ago. */
  tellFigures(): void;
}

export interface VoiceOptions {
  /** Milliseconds that only go forward. */
  readonly monotonicMs: () => number;
  /** Takes a line without its end; default: the log of the invocation. */
  readonly write?: ((level: LogLevel, line: string) => void) | undefined;
}

/** Application Insights cuts a message at 32,768. */
export const lineCharacters = 30_000;
/** Figures are lines of the log, which are paid for: not one for each message. An instance that is idle lives longer. */
export const figuresEveryMs = 15_000;

export function azureVoice(variables: Variables, { monotonicMs, write = toInvocation }: VoiceOptions): Voice {
  // Never refused: a function that cannot say what is wrong with it is worse than one that says too much.
  const level = logLevels.find((one) => one === variables["DROVER_LOG_LEVEL"]) ?? "info";
  const always = () => {
    const invocation = currentInvocation();
    return invocation === undefined ? {} : { function: invocation.functionName, invocation: invocation.invocationId };
  };
  const metrics = loggedMetrics({ write: (line) => write("info", line) });
  let toldAtMs = Number.NEGATIVE_INFINITY;
  return {
    log: jsonLog({ level, redact: redacted, always, write, lineCharacters }),
    metrics,
    tellFigures() {
      if (monotonicMs() - toldAtMs < figuresEveryMs) return;
      toldAtMs = monotonicMs();
      metrics.flush();
    },
  };
}

/** Outside of an invocation, as when the app ends, the host takes what stands on the console. */
function toInvocation(level: LogLevel, line: string): void {
  (currentInvocation() ?? console)[level](line);
}
