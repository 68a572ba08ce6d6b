import { cancelAnswer } from "../../../lib/contracts/answers/operation-actions.ts";
import { acknowledgementAnswer, extendAnswer } from "../../../lib/contracts/answers/rotations.ts";
import { acknowledgeSchema, extendSchema, noteSchema } from "../bodies.ts";
import { type Area, byId, byWholeId, json, jsonBody } from "./description.ts";

export const rotationDescriptions = {
  "POST /operations/:id/actions/abort": {
    operationId: "abortOperation",
    summary: "Have an operation go no further",
    description:
      "The same as a cancel, under the name that fits a rotation: nothing is undone, and both keys stay good. What has begun at the provider is proven first. Harmless when repeated.",
    tag: "Operations",
    body: jsonBody(noteSchema, false),
    answers: {
      200: { description: "Asked for before, or ended already.", content: json(cancelAnswer) },
      202: { description: "Asked for.", content: json(cancelAnswer) },
    },
    problems: byId,
  },
  "POST /operations/:id/actions/extend": {
    operationId: "extendOperation",
    summary: "Let an operation wait longer",
    description:
      "One that waits for a set time, such as a rotation in its grace. Its deadline moves as much. Each call adds to the wait: look at the operation before you repeat one whose answer was lost.",
    tag: "Operations",
    body: jsonBody(extendSchema),
    answers: { 202: { description: "It waits longer.", content: json(extendAnswer) } },
    problems: {
      ...byWholeId,
      409: "`not-waiting`: it does not wait for a set time. `too-long`: no operation may take that long.",
    },
  },
  "POST /operations/:id/actions/acknowledge": {
    operationId: "acknowledgeOperation",
    summary: "Say that a consumer uses the new key",
    description:
      "For a rotation whose request lists the consumer under `consumers.acknowledge`. The key before is replaced once the grace is over and all of them have said so. Harmless when repeated.",
    tag: "Operations",
    body: jsonBody(acknowledgeSchema),
    answers: {
      200: { description: "Acknowledged before.", content: json(acknowledgementAnswer) },
      202: { description: "Acknowledged.", content: json(acknowledgementAnswer) },
    },
    problems: {
      ...byWholeId,
      409: "`no-rotation`, `unknown-consumer`, `not-published` or `operation-ended`: nobody waits for that word.",
    },
  },
} as const satisfies Area;
