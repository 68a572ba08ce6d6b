import {
  type Check,
  flag,
  fraction,
  integer,
  list,
  matching,
  nullable,
  oneOf,
  optional,
  record,
  strings,
  text,
  uuid,
  variants,
} from "../check.ts";
import type * as Shape from "./scenario.ts";
import type { Settings, SettingsPatch } from "./settings.ts";

const ms = integer();
const count = integer(1);
const httpStatus = integer(200, 599);
const httpOrigin = matching(/^https?:\/\/[^/\s]+$/, "an http or https origin without a path");
const scopeName = matching(/\/\.default$/, 'a scope that ends in "/.default"');

const tenant = record<Shape.TenantSeed>({ id: uuid, name: text });
const product = record<Shape.ProductSeed>({ id: uuid, tenantId: uuid, name: text });
const group = record<Shape.DeviceGroupSeed>({
  id: uuid,
  tenantId: uuid,
  productId: uuid,
  name: text,
  description: optional(nullable(text)),
  osFeedType: optional(oneOf(0, 1)),
  updatePolicy: optional(oneOf(0, 1, 2)),
  allowCrashDumpsCollection: optional(flag),
  currentDeployment: optional(record<{ id: string; imageIds: readonly string[] }>({ id: uuid, imageIds: list(uuid) })),
});
const image = record<Shape.ImageSeed>({
  id: uuid,
  tenantId: uuid,
  name: text,
  componentId: uuid,
  description: optional(nullable(text)),
  type: optional(integer(0, 28)),
  status: optional(text),
});
const device = record<Shape.DeviceSeed>({
  id: matching(/^[0-9a-f]{128}$/i, "128 hex characters"),
  tenantId: uuid,
  deviceGroupId: uuid,
});
const client = record<Shape.ClientSeed>({ directoryId: uuid, clientId: uuid, secret: text, objectId: uuid });
const identity = { directoryId: uuid, clientId: uuid, objectId: uuid, identityHeader: text };
const role = record<Shape.RoleSeed>({ tenantId: uuid, objectId: uuid, roleNames: list(text) });

const outcome = record<Shape.OutcomeScript>({
  deviceGroupId: optional(uuid),
  imageId: optional(uuid),
  operationType: optional(oneOf(5, 7)),
  times: optional(count),
  result: oneOf("complete", "failed", "complete-with-errors", "stuck", "unknown-state"),
  errorCode: optional(nullable(integer())),
  errorMessage: optional(nullable(text)),
  detailsMessage: optional(text),
  assignedImageIds: optional(list(uuid)),
  state: optional(integer()),
  unknownForMs: optional(ms),
  notStartedMs: optional(ms),
  inProgressMs: optional(ms),
  forgottenAfterMs: optional(ms),
});

const target = {
  method: optional(matching(/^[A-Z]+$/i, "an HTTP method")),
  path: optional(matching(/^[/*]/, 'a path that begins with "/" or "*"')),
  skip: optional(integer()),
  times: optional(count),
  probability: optional(fraction),
};
const fault = variants<Shape.FaultScript>({
  status: record<Shape.StatusFault>({
    ...target,
    kind: oneOf("status"),
    status: httpStatus,
    body: optional(oneOf("problem", "object", "html", "text", "empty")),
    retryAfterSeconds: optional(integer()),
    retryAfterForm: optional(oneOf("seconds", "http-date")),
    takesEffect: optional(flag),
  }),
  drop: record<Shape.DropFault>({ ...target, kind: oneOf("drop"), takesEffect: optional(flag) }),
  silence: record<Shape.SilenceFault>({ ...target, kind: oneOf("silence"), takesEffect: optional(flag) }),
  slow: record<Shape.SlowFault>({ ...target, kind: oneOf("slow"), delayMs: ms }),
  "cut-json": record<Shape.CutJsonFault>({ ...target, kind: oneOf("cut-json") }),
  "cut-connection": record<Shape.CutConnectionFault>({ ...target, kind: oneOf("cut-connection") }),
  "foreign-pointers": record<Shape.ForeignPointersFault>({
    ...target,
    kind: oneOf("foreign-pointers"),
    origin: httpOrigin,
  }),
  "late-landing": record<Shape.LateLandingFault>({
    ...target,
    kind: oneOf("late-landing"),
    landsAfterMs: ms,
    status: optional(integer(400, 599)),
  }),
});

type RateLimit = NonNullable<Settings["rateLimit"]>;

const settings: Check<SettingsPatch> = record<SettingsPatch>({
  notStartedMs: optional(ms),
  inProgressMs: optional(ms),
  operationRetentionMs: optional(nullable(ms)),
  pointers: optional(oneOf("relative", "absolute", "absent")),
  dateForm: optional(oneOf("seven-digits", "milliseconds", "without-offset")),
  clockSkewMs: optional(integer(Number.MIN_SAFE_INTEGER)),
  listOrder: optional(oneOf("oldest-first", "newest-first", "shuffled")),
  pageSize: optional(count),
  lastPageToken: optional(oneOf("null", "repeated")),
  imageStatusForm: optional(oneOf("object", "string")),
  imageIdCase: optional(oneOf("as-sent", "upper")),
  duplicateCreate: optional(oneOf("accept", "conflict", "fail")),
  globalOperations: optional(flag),
  writeRoles: optional(list(text)),
  unknownTenantStatus: optional(oneOf(403, 404)),
  retryAfterSeconds: optional(nullable(integer())),
  locationHeader: optional(flag),
  extraHeaders: optional(strings),
  traceIdHeader: optional(nullable(text)),
  errorCodeNames: optional(strings),
  rateLimit: optional(nullable(record<RateLimit>({ requests: count, perMs: count, sendRetryAfter: flag }))),
  tokenLifetimeSeconds: optional(count),
  scope: optional(scopeName),
  otherScopes: optional(list(scopeName)),
});

const scenario = record<Shape.AzureSphereScenario>({
  settings: optional(settings),
  tenants: optional(list(tenant)),
  products: optional(list(product)),
  groups: optional(list(group)),
  images: optional(list(image)),
  devices: optional(list(device)),
  clients: optional(list(client)),
  managedIdentities: optional(list(record<Shape.ManagedIdentitySeed>(identity))),
  roles: optional(list(role)),
  outcomes: optional(list(outcome)),
  faults: optional(list(fault)),
});

/** A scenario from a file. @throws Error with one sentence that names the first place that is wrong */
export function parseAzureSphereScenario(value: unknown): Shape.AzureSphereScenario {
  return scenario(value, "scenario");
}
