import { accessKeyCheck } from "../aws/access-key-check.ts";
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
  variants,
} from "../check.ts";
import { exchangeFaults, target } from "../exchange/fault-script.ts";
import type { OutcomeScript } from "./outcomes.ts";
import type * as Shape from "./scenario.ts";
import { settingsCheck } from "./settings-check.ts";

const name = matching(/^[a-zA-Z0-9\-_]{1,255}$/, "a name of letters, digits, - and _");

const device = record<Shape.DeviceSeed>({
  name,
  id: optional(matching(/^device-[a-z2-7]{26}$/, "a device id")),
  description: optional(text),
  tags: optional(strings),
  status: optional(oneOf("AWAITING_PROVISIONING", "PENDING", "SUCCEEDED", "FAILED", "ERROR", "DELETING")),
  connection: optional(oneOf("ONLINE", "OFFLINE", "AWAITING_CREDENTIALS", "NOT_AVAILABLE", "ERROR")),
  inUse: optional(flag),
});

const outcome = record<OutcomeScript>({
  kind: optional(oneOf("provisioning", "job")),
  device: optional(text),
  times: optional(integer(1)),
  result: oneOf("succeeded", "failed", "error", "stuck"),
  workMs: optional(integer()),
});

type Write<Kind extends Shape.OtherWrite["kind"]> = Extract<Shape.OtherWrite, { readonly kind: Kind }>;

const write: Check<Shape.OtherWrite> = variants<Shape.OtherWrite>({
  provision: record<Write<"provision">>({ kind: oneOf("provision"), name, tags: optional(strings) }),
  delete: record<Write<"delete">>({ kind: oneOf("delete"), name }),
  tag: record<Write<"tag">>({ kind: oneOf("tag"), name, tags: strings }),
  untag: record<Write<"untag">>({ kind: oneOf("untag"), name, keys: list(text) }),
  describe: record<Write<"describe">>({ kind: oneOf("describe"), name, description: text }),
  use: record<Write<"use">>({ kind: oneOf("use"), name, inUse: flag }),
});

const fault: Check<Shape.PanoramaFaultScript> = variants<Shape.PanoramaFaultScript>({
  ...exchangeFaults,
  "other-writer": record<Shape.OtherWriterFault>({
    ...target,
    kind: oneOf("other-writer"),
    moment: oneOf("before", "after"),
    write,
  }),
  "missing-member": record<Shape.MissingMemberFault>({ ...target, kind: oneOf("missing-member"), member: text }),
});

const scenario = record<Shape.PanoramaScenario>({
  settings: optional(settingsCheck),
  accessKeys: optional(list(accessKeyCheck)),
  devices: optional(list(device)),
  outcomes: optional(list(outcome)),
  faults: optional(list(fault)),
});

/** A scenario from a file. @throws Error with one sentence that names the first place that is wrong */
export function parsePanoramaScenario(value: unknown): Shape.PanoramaScenario {
  return scenario(value, "scenario");
}
