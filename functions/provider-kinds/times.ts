import type { PaceConfiguration } from "../../lib/contracts/configuration.ts";
import { durationMs } from "../../lib/contracts/duration.ts";
import type { PollPace, Settling } from "../../lib/contracts/provider.ts";

/** The times that the configuration overrides; what it leaves out stays the provider's own. */
export function timesOf(pace: PaceConfiguration = {}): { settling: Partial<Settling>; pollPace: Partial<PollPace> } {
  const time = <Name extends string>(name: Name, text: string | undefined): { readonly [N in Name]?: number } =>
    text === undefined ? {} : ({ [name]: durationMs(text) } as { readonly [N in Name]: number });
  return {
    settling: {
      ...time("requestTimeoutMs", pace.requestTimeout),
      ...time("settlingMs", pace.settling),
      ...time("lookEveryMs", pace.lookEvery),
    },
    pollPace: { ...time("firstMs", pace.firstPoll), ...time("maxMs", pace.maxPoll) },
  };
}
