import type { Outcome } from "../../contracts/event.ts";
import type { deploymentStatuses } from "../../contracts/requests/heat.ts";

export type HeatStatus = (typeof deploymentStatuses)[number];

export interface StatusRow {
  /** Undefined as long as the server is at work. */
  readonly outcome?: Extract<Outcome, "succeeded" | "failed">;
  readonly see: string;
}

const see = "https://docs.openstack.org/api-ref/orchestration/v1/#show-deployment-details";

/** Exhaustive. Heat stores whatever is sent, in any case, and null when nothing is: all of that is no status. */
export const statuses: Readonly<Record<HeatStatus, StatusRow>> = {
  IN_PROGRESS: { see },
  COMPLETE: { outcome: "succeeded", see },
  FAILED: { outcome: "failed", see },
};

export function isHeatStatus(value: unknown): value is HeatStatus {
  return typeof value === "string" && Object.hasOwn(statuses, value);
}

export type SignalRow = { readonly signals: boolean; readonly see: string };
const hooks = "https://docs.openstack.org/heat/latest/template_guide/software_deployment.html";

/** `deploy_signal_transport`: whether the server reports by itself. Another value is one that newer agents may know. */
export const signalTransports: Readonly<Record<string, SignalRow>> = {
  CFN_SIGNAL: { signals: true, see: hooks },
  TEMP_URL_SIGNAL: { signals: true, see: hooks },
  HEAT_SIGNAL: { signals: true, see: hooks },
  ZAQAR_SIGNAL: { signals: true, see: hooks },
  NO_SIGNAL: { signals: false, see: hooks },
};
