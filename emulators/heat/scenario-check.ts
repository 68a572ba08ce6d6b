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
  text,
  variants,
} from "../check.ts";
import type * as Shape from "./scenario.ts";
import type { SettingsPatch } from "./settings.ts";

const ms = integer();
const count = integer(1);
const anything: Check<unknown> = (value) => value;
const string: Check<string> = (value, at) => (value === "" ? "" : text(value, at));

const domain = record<Shape.DomainSeed>({ id: text, name: text });
const project = record<Shape.ProjectSeed>({
  id: text,
  name: text,
  domain: optional(domain),
  tempUrlKeys: optional(list(text)),
});
const user = record<Shape.UserSeed>({
  id: text,
  name: text,
  domain: optional(domain),
  password: text,
  apiKey: optional(text),
  grants: list(record<Shape.GrantSeed>({ projectId: text, roles: list(text) })),
});
const credential = record<Shape.ApplicationCredentialSeed>({
  id: text,
  name: text,
  secret: text,
  userId: text,
  projectId: text,
  roles: list(text),
});
const server = record<Shape.ServerSeed>({
  id: text,
  agent: optional(flag),
  pickUpMs: optional(ms),
  runMs: optional(ms),
});
const config = record<Shape.ConfigSeed>({
  id: text,
  projectId: text,
  name: optional(nullable(text)),
  group: optional(nullable(text)),
  config: anything,
  inputs: optional(list(anything)),
  outputs: optional(list(anything)),
  options: anything,
});
const deployment = record<Shape.DeploymentSeed>({
  id: text,
  projectId: text,
  configId: text,
  serverId: string,
  action: optional(nullable(text)),
  status: optional(nullable(text)),
  statusReason: optional(string),
  inputValues: anything,
  outputValues: anything,
  stackUserProjectId: optional(text),
});
const container = record<Shape.ContainerSeed>({ projectId: text, name: text, tempUrlKeys: optional(list(text)) });

const outputs: Check<Readonly<Record<string, unknown>>> = (value, at) => {
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return Object.fromEntries(Object.entries(value));
  throw new Error(`Expected ${at} to be an object, got ${JSON.stringify(value)}`);
};
const run = record<Shape.RunScript>({
  serverId: optional(string),
  configName: optional(text),
  configText: optional(text),
  times: optional(count),
  result: oneOf("complete", "failed", "stuck", "silent"),
  exitCode: optional(integer(1, 255)),
  outputs: optional(outputs),
  stdout: optional(string),
  stderr: optional(string),
  runMs: optional(ms),
});

const target = {
  method: optional(matching(/^[A-Z]+$/i, "an HTTP method")),
  path: optional(matching(/^[/*]/, 'a path that begins with "/" or "*"')),
  skip: optional(integer()),
  times: optional(count),
  probability: optional(fraction),
  contains: optional(text),
};
const fault = variants<Shape.FaultScript>({
  stall: record<Shape.StallFault>({ ...target, kind: oneOf("stall"), delayMs: ms, landsAfterMs: optional(ms) }),
  "late-landing": record<Shape.LateLandingFault>({
    ...target,
    kind: oneOf("late-landing"),
    landsAfterMs: ms,
    reply: optional(oneOf("drop", "hang", "messaging-timeout")),
  }),
  drop: record<Shape.DropFault>({ ...target, kind: oneOf("drop"), takesEffect: optional(flag) }),
  hang: record<Shape.HangFault>({ ...target, kind: oneOf("hang"), landsAfterMs: optional(ms) }),
  status: record<Shape.StatusFault>({
    ...target,
    kind: oneOf("status"),
    status: integer(200, 599),
    body: optional(oneOf("heat", "keystone-401", "apig", "rackspace", "text-503", "html", "empty")),
    code: optional(text),
    message: optional(string),
    retryAfterSeconds: optional(integer()),
    takesEffect: optional(flag),
  }),
  slow: record<Shape.SlowFault>({ ...target, kind: oneOf("slow"), delayMs: ms }),
  "token-refused-once": record<Shape.TokenRefusedFault>({ ...target, kind: oneOf("token-refused-once") }),
});

const settings: Check<SettingsPatch> = record<SettingsPatch>({
  flavour: optional(oneOf("openstack", "otc", "rackspace")),
  publicUrl: optional(nullable(matching(/^https?:\/\/[^/\s]+$/, "an http or https origin without a path"))),
  region: optional(text),
  pickUpMs: optional(ms),
  runMs: optional(ms),
  anyServer: optional(flag),
  runners: optional(list(text)),
  stackSignals: optional(oneOf("row", "nowhere")),
  stackWorkMs: optional(ms),
  swift: optional(flag),
  keystone: optional(oneOf("up", "down")),
  tokenLifetimeSeconds: optional(count),
  tokenCharacters: optional(integer(32, 8_192)),
  revokedTokensWorkMs: optional(ms),
  timestamps: optional(oneOf("z", "zoneless")),
  updatedTimeInCreate: optional(flag),
  absentInputValues: optional(oneOf("object", "null")),
  strictFields: optional(flag),
  unknownConfigStatus: optional(oneOf(500, 400)),
  rowLimit: optional(nullable(count)),
  maxBodyBytes: optional(count),
  fourByteCharacters: optional(flag),
  faultShape: optional(oneOf("heat", "rackspace")),
  unauthorizedShape: optional(oneOf("keystone", "apig", "rackspace")),
  writeRoles: optional(list(text)),
  undeletingRoles: optional(list(text)),
});

const scenario = record<Shape.HeatScenario>({
  settings: optional(settings),
  projects: optional(list(project)),
  users: optional(list(user)),
  applicationCredentials: optional(list(credential)),
  servers: optional(list(server)),
  configs: optional(list(config)),
  deployments: optional(list(deployment)),
  containers: optional(list(container)),
  outcomes: optional(list(run)),
  faults: optional(list(fault)),
});

/** A scenario from a file. @throws Error with one sentence that names the first place that is wrong */
export function parseHeatScenario(value: unknown): Shape.HeatScenario {
  return scenario(value, "scenario");
}
