import { accessKeyCheck } from "../aws/access-key-check.ts";
import {
  type Check,
  flag,
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
import { exchangeFaults, target } from "../exchange/fault-script.ts";
import type * as Shape from "./scenario.ts";
import type { SettingsPatch } from "./settings.ts";

const name = matching(/^[0-9A-Za-z_-]{1,36}$/, "a template name of at most 36 letters, digits, - and _");

const settings: Check<SettingsPatch> = record<SettingsPatch>({
  accountId: optional(matching(/^\d{12}$/, "an account id of twelve digits")),
  region: optional(matching(/^[a-z]{2}(-[a-z]+)+-\d$/, "a region such as eu-west-1")),
  signatureSkewMs: optional(integer()),
  claimLifetimeMs: optional(integer(1_000)),
  callsPerSecond: optional(nullable(integer(1))),
  throttleStatus: optional(oneOf(400, 429)),
  throttleRetryAfterSeconds: optional(nullable(integer())),
  disabledTemplate: optional(oneOf("issue", "refuse-400")),
  pageSize: optional(integer(1, 250)),
});

const template = record<Shape.TemplateSeed>({
  name,
  description: optional(text),
  enabled: optional(flag),
  roleArn: optional(text),
  body: optional(text),
});

type Write<Kind extends Shape.OtherWrite["kind"]> = Extract<Shape.OtherWrite, { readonly kind: Kind }>;

const write: Check<Shape.OtherWrite> = variants<Shape.OtherWrite>({
  enable: record<Write<"enable">>({ kind: oneOf("enable"), templateName: name, enabled: flag }),
  remove: record<Write<"remove">>({ kind: oneOf("remove"), templateName: name }),
});

const fault: Check<Shape.IotFaultScript> = variants<Shape.IotFaultScript>({
  ...exchangeFaults,
  "other-writer": record<Shape.OtherWriterFault>({
    ...target,
    kind: oneOf("other-writer"),
    moment: oneOf("before", "after"),
    write,
  }),
});

const scenario = record<Shape.IotScenario>({
  settings: optional(settings),
  accessKeys: optional(list(accessKeyCheck)),
  templates: optional(list(template)),
  faults: optional(list(fault)),
});

/** A scenario from a file. @throws Error with one sentence that names the first place that is wrong */
export function parseIotScenario(value: unknown): Shape.IotScenario {
  return scenario(value, "scenario");
}
