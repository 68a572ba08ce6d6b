import {
  type Check,
  flag,
  integer,
  list,
  matching,
  oneOf,
  optional,
  record,
  strings,
  text,
  uuid,
  variants,
} from "../check.ts";
import type { EntraClient, EntraManagedIdentity } from "../entra/directory.ts";
import { exchangeFaults, target } from "../exchange/fault-script.ts";
import type { OutcomeScript } from "./outcomes.ts";
import type * as Shape from "./scenario.ts";
import { settingsCheck } from "./settings-check.ts";

const rights = matching(/^[A-Za-z]+(\s*,\s*[A-Za-z]+)*$/, "rights separated by commas");
const base64 = matching(/^[A-Za-z0-9+/]{20,}={0,2}$/, "a key in base64");
const policyState = oneOf("Active", "Suspended", "ActivationFailed", "FailingOver");
const allocation = oneOf("Hashed", "GeoLatency", "Static");

const subscription = record<Shape.SubscriptionSeed>({ id: uuid, resourceGroups: list(text) });
const hub = record<Shape.HubSeed>({
  subscriptionId: uuid,
  resourceGroup: text,
  name: text,
  location: optional(text),
  policies: optional(
    list(
      record<Shape.HubPolicySeed>({
        keyName: text,
        primaryKey: optional(base64),
        secondaryKey: optional(base64),
        rights: optional(text),
      }),
    ),
  ),
});
const policy = record<Shape.PolicySeed>({
  keyName: text,
  rights,
  primaryKey: optional(base64),
  secondaryKey: optional(base64),
});
const newer = record<Shape.NewerProperties>({
  publicNetworkAccess: optional(text),
  disableLocalAuth: optional(flag),
  enableDataResidency: optional(flag),
  deviceRegistryNamespace: optional(text),
  portalOperationsHostName: optional(text),
});
const link = record<Shape.HubLinkSeed>({
  name: text,
  keyName: text,
  applyAllocationPolicy: optional(flag),
  allocationWeight: optional(integer()),
});
const service = record<Shape.ServiceSeed>({
  subscriptionId: uuid,
  resourceGroup: text,
  name: text,
  location: optional(text),
  idScope: optional(matching(/^0ne[0-9A-F]{8}$/i, "an id scope such as 0ne00000012")),
  policies: optional(list(policy)),
  hubs: optional(list(link)),
  tags: optional(strings),
  allocationPolicy: optional(allocation),
  state: optional(policyState),
  newer: optional(newer),
});
const enrollment = record<Shape.EnrollmentSeed>({
  service: text,
  id: text,
  primaryKey: optional(base64),
  secondaryKey: optional(base64),
});
const denial = record<Shape.DenialSeed>({ objectId: uuid, actions: list(text) });
const client = record<EntraClient>({ directoryId: uuid, clientId: uuid, secret: text, objectId: uuid });
const identity = record<EntraManagedIdentity>({
  directoryId: uuid,
  clientId: uuid,
  objectId: uuid,
  identityHeader: text,
});

const outcome = record<OutcomeScript>({
  service: optional(text),
  operation: optional(oneOf("create", "update", "patch", "delete")),
  times: optional(integer(1)),
  result: oneOf("succeeded", "failed", "canceled", "stuck", "empty-body", "unknown-status"),
  takesEffect: optional(flag),
  workMs: optional(integer()),
  errorCode: optional(text),
  errorMessage: optional(text),
  status: optional(text),
});

const otherWrite = record<Shape.OtherWrite>({
  service: text,
  key: optional(
    record<NonNullable<Shape.OtherWrite["key"]>>({
      keyName: text,
      slot: oneOf("primary", "secondary"),
      value: optional(base64),
    }),
  ),
  removePolicy: optional(text),
  addPolicy: optional(policy),
  tags: optional(strings),
  allocationPolicy: optional(allocation),
  newer: optional(newer),
  state: optional(policyState),
});
const fault: Check<Shape.DpsFaultScript> = variants<Shape.DpsFaultScript>({
  ...exchangeFaults,
  "other-writer": record<Shape.OtherWriterFault>({
    ...target,
    kind: oneOf("other-writer"),
    moment: oneOf("before", "after"),
    write: otherWrite,
  }),
  "foreign-status-url": record<Shape.ForeignStatusUrlFault>({
    ...target,
    kind: oneOf("foreign-status-url"),
    origin: matching(/^https?:\/\/[^/\s]+$/, "an http or https origin without a path"),
  }),
});

const scenario = record<Shape.AzureDpsScenario>({
  settings: optional(settingsCheck),
  subscriptions: optional(list(subscription)),
  hubs: optional(list(hub)),
  services: optional(list(service)),
  enrollmentGroups: optional(list(enrollment)),
  enrollments: optional(list(enrollment)),
  clients: optional(list(client)),
  managedIdentities: optional(list(identity)),
  denials: optional(list(denial)),
  outcomes: optional(list(outcome)),
  faults: optional(list(fault)),
});

/** A scenario from a file. @throws Error with one sentence that names the first place that is wrong */
export function parseAzureDpsScenario(value: unknown): Shape.AzureDpsScenario {
  return scenario(value, "scenario");
}
