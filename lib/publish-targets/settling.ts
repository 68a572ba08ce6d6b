import { durationMs } from "../contracts/duration.ts";
import type { Settling } from "../contracts/provider.ts";

/** Vaults of clouds answer within a second and show at once what they answered; a gateway in trouble may hold a request for a minute. */
const cloud: Settling = { requestTimeoutMs: 15_000, settlingMs: 120_000, lookEveryMs: 15_000 };

interface Pace {
  readonly settling?: string | undefined;
  readonly lookEvery?: string | undefined;
  readonly requestTimeout?: string | undefined;
}

export function cloudSettling({ settling, lookEvery, requestTimeout }: Pace = {}): Settling {
  return {
    requestTimeoutMs: requestTimeout === undefined ? cloud.requestTimeoutMs : durationMs(requestTimeout),
    settlingMs: settling === undefined ? cloud.settlingMs : durationMs(settling),
    lookEveryMs: lookEvery === undefined ? cloud.lookEveryMs : durationMs(lookEvery),
  };
}
