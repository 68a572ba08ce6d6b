import type { Outcome } from "../../contracts/event.ts";

const see = "https://learn.microsoft.com/rest/api/azure-sphere/deployments/create";

export interface OperationState {
  readonly name: string;
  /** Undefined as long as the operation runs. */
  readonly outcome?: Exclude<Outcome, "cancelled" | "timed-out" | "unknown">;
  readonly see: string;
}

/** `Operation.State`, exhaustive for v2. The reference sorts the values as text, so that a position in its list means nothing. */
export const operationStates: Readonly<Record<number, OperationState>> = {
  0: { name: "NotStarted", see },
  1: { name: "InProgress", see },
  2: { name: "Complete", outcome: "succeeded", see },
  3: { name: "Failed", outcome: "failed", see },
  4: { name: "CompleteWithErrors", outcome: "partially-succeeded", see },
};

export interface OperationErrorCode {
  readonly name: string;
  /** Stable, kebab-case: the `code` of the outcome. */
  readonly code: string;
  /** Whether the same request would fail again until somebody changes something. */
  readonly permanent: boolean;
  readonly advice: string;
  readonly see: string;
}

/** `Operation.Error.Code`, exhaustive for v2. */
export const operationErrorCodes: Readonly<Record<number, OperationErrorCode>> = {
  0: {
    name: "OperationFailed",
    code: "operation-failed",
    permanent: false,
    advice: "submit it again, and ask the vendor's support if it fails again",
    see,
  },
  1: {
    name: "TenantInMigration",
    code: "tenant-in-migration",
    permanent: false,
    advice: "wait until the migration of the Sphere tenant has ended, then submit it again",
    see,
  },
  2: {
    name: "TenantMigrationRequired",
    code: "tenant-migration-required",
    permanent: true,
    advice: "migrate the Sphere tenant first",
    see,
  },
  3: {
    name: "ClientUpdateRequired",
    code: "client-update-required",
    permanent: true,
    advice: "the service no longer accepts this API version, so update Drover or the connection's api",
    see,
  },
  4: {
    name: "InternalServerError",
    code: "internal-server-error",
    permanent: false,
    advice: "submit it again later",
    see,
  },
  5: {
    name: "BadRequest",
    code: "bad-request",
    permanent: true,
    advice: "check that the images are ready and belong to different components",
    see,
  },
  6: {
    name: "Forbidden",
    code: "forbidden",
    permanent: true,
    advice: "give the connection's identity a role in the Sphere tenant that may deploy",
    see,
  },
  7: {
    name: "Conflict",
    code: "conflict",
    permanent: false,
    advice: "look at the group's current deployment, and submit it again if it is not the wanted one",
    see,
  },
  8: {
    name: "NotFound",
    code: "not-found",
    permanent: true,
    advice: "check that the device group and the images exist in this Sphere tenant",
    see,
  },
};

/** `DeviceGroup.UpdatePolicy` values under which devices do not take a deployment. The second is in a page of the CLI only. */
export const blockingUpdatePolicies: Readonly<Record<number, string>> = {
  1: "No3rdPartyAppUpdates",
  2: "NoUpdates",
};

/** `ImageMetadata.Type` values that can be deployed. */
export const deployableImageTypes: Readonly<Record<number, string>> = {
  10: "Applications",
  21: "CustomerBoardConfig",
};

/** The row of a value that came over the wire; undefined for a number that is not in the table, and for anything else. */
export function rowOf<Row>(table: Readonly<Record<number, Row>>, value: unknown): Row | undefined {
  return typeof value === "number" && Object.hasOwn(table, value) ? table[value] : undefined;
}
