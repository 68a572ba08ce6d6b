import * as z from "zod/mini";
import { component, count, described, flag, text, time } from "../described.ts";
import { slots } from "../slots.ts";
import { outcome } from "./operation-parts.ts";

const slot = () => z.optional(described("The slot of the policy that has it, where that is known.", z.enum(slots)));
const fingerprint = () => z.optional(text("Of the key: it tells keys apart and opens nothing."));
const age = () => z.optional(count("Milliseconds since then."));
const published = time("When consumers could first read it.");

const target = component(
  "PublishedKey",
  "What consumers read at one target.",
  z.looseObject({
    target: text("Its name in the configuration."),
    secret: text("Name of the secret there."),
    version: z.optional(text("The target's own name of the version.")),
    slot: slot(),
    fingerprint: fingerprint(),
    publishedAt: z.optional(published),
    ageMs: age(),
    problem: z.optional(text("Why it cannot be told.")),
  }),
);

const lastRotation = described(
  "The newest rotation that has ended.",
  z.looseObject({
    operation: text("Its id."),
    outcome: outcome(),
    endedAt: z.optional(time("When it ended.")),
  }),
);

const underWay = described(
  "The rotation that goes on.",
  z.looseObject({
    operation: text("Its id."),
    phase: text("How far it is, such as `grace`."),
    waitingFor: z.optional(text("Code of what it waits for.")),
    waitsUntil: z.optional(time("Until when, where it waits for a set time.")),
  }),
);

export const keyAnswer = component(
  "RotatedKey",
  "A policy whose keys Drover rotates, or is to rotate. Never a key.",
  z.looseObject({
    connection: text("Name of the connection."),
    resourceGroup: text("Its resource group."),
    service: text("The Device Provisioning Service."),
    policy: text("The policy."),
    slot: slot(),
    fingerprint: z.optional(text("Of the published key, where all targets that can be read show the same.")),
    publishedAt: z.optional(time("When it was published: the earliest time of all targets.")),
    ageMs: age(),
    agree: described("Whether all targets show the same key; null where that cannot be told.", z.nullable(z.boolean())),
    targets: described("One for each target.", z.array(target)),
    lastRotation: z.optional(lastRotation),
    underWay: z.optional(underWay),
    schedule: z.optional(text("The schedule that rotates it next.")),
    nextDue: z.optional(time("The due date that comes next.")),
    nextRunAt: z.optional(time("When that one runs.")),
    overdue: described("Whether it should have been rotated by now; null: no schedule.", z.nullable(z.boolean())),
    overdueSince: z.optional(time("Since when.")),
    problem: z.optional(text("What keeps a target from being read.")),
  }),
);
export type KeyAnswer = z.output<typeof keyAnswer>;

export const keysAnswer = component(
  "RotatedKeys",
  "The keys whose rotations the client may see.",
  z.looseObject({
    keys: described("By connection, resource group, service and policy.", z.array(keyAnswer)),
    complete: flag("False: of more rotations than are looked at, the oldest are left out."),
  }),
);
