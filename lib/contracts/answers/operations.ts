import * as z from "zod/mini";
import { component, count, described, text, time } from "../described.ts";
import {
  cancelRequested,
  children,
  id,
  names,
  outcome,
  provider,
  request,
  resolution,
  waitingFor,
} from "./operation-parts.ts";
import { pickup } from "./pickup.ts";
import { rotation } from "./rotation.ts";

const json = z.json();
export const operationAnswer = component(
  "Operation",
  "An operation: one request, carried out step by step.",
  z.looseObject({
    id: id(),
    state: described("Whether anything is still to come.", z.enum(["active", "ended"])),
    outcome: z.optional(outcome()),
    reason: z.optional(text("Why it ended so, as a sentence for people.")),
    code: z.optional(text("Why it ended so, stable and kebab-case.")),
    request,
    connection: text("The connection that it goes through."),
    labels: names("Labels of the request."),
    fields: described("The provider's part of the request, as it came.", z.record(z.string(), json)),
    requestedBy: text("Who submitted it, as authenticated."),
    parent: z.optional(text("Id of the operation that this one is a part of.")),
    children: z.optional(children),
    step: text("The step that it is at."),
    seq: count("Changes that were written down; the newest row has the highest."),
    waitingFor: z.optional(waitingFor),
    wakeAt: z.optional(time("When the sweep looks after it.")),
    provider,
    rotation: z.optional(rotation),
    pickup: z.optional(pickup),
    result: z.optional(
      described("What the provider promises as the result; never a secret.", z.record(z.string(), json)),
    ),
    deadline: time("When it ends as timed-out unless it has ended before."),
    createdAt: time("When it was accepted."),
    updatedAt: time("Of its last change. Give it as `since` to wait for the next one."),
    endedAt: z.optional(time("When it ended.")),
    cancelRequested: z.optional(cancelRequested),
    resolution: z.optional(resolution),
    deadLetter: z.optional(text("Id of the dead letter at which it stopped.")),
    traceparent: z.optional(text("W3C trace context of the request.")),
  }),
);

/** What stays of an operation when its details have been forgotten. */
export const forgottenAnswer = component(
  "ForgottenOperation",
  "What is kept of an operation after `retention.operations`, until its idempotency key may be used again.",
  z.looseObject({
    id: id(),
    state: z.literal("ended"),
    outcome: outcome(),
    endedAt: time("When it ended."),
    forgotten: z.literal(true),
  }),
);

export const operationsAnswer = component(
  "OperationPage",
  "Operations, the newest first. A page may hold fewer than were asked for although others follow: go by `cursor`.",
  z.looseObject({
    operations: z.array(operationAnswer),
    cursor: z.optional(text("Gives the next page; absent on the last one.")),
  }),
);
