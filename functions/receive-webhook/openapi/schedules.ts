import { acceptanceAnswer } from "../../../lib/contracts/answers/requests.ts";
import { schedulesAnswer } from "../../../lib/contracts/answers/schedules.ts";
import { noteSchema } from "../bodies.ts";
import { type Area, byId, json, jsonBody } from "./description.ts";
import { idempotencyKey } from "./parameters.ts";

const headers = { location: "Path of the operation." };

export const scheduleDescriptions = {
  "GET /schedules": {
    operationId: "listSchedules",
    summary: "See schedules",
    description: "When they ran, when they run next, and what went wrong.",
    tag: "Schedules",
    answers: { 200: { description: "Those whose operations the client may see.", content: json(schedulesAnswer) } },
    problems: { 503: byId[503] },
  },
  "POST /schedules/:name/run": {
    operationId: "runSchedule",
    summary: "Run a schedule now",
    description: "Asks for what it asks for, beside its due dates; also for one that is disabled.",
    tag: "Schedules",
    parameters: [idempotencyKey],
    body: jsonBody(noteSchema, false),
    answers: {
      200: { description: "Run before, under the same key.", headers, content: json(acceptanceAnswer) },
      202: { description: "Asked for.", headers, content: json(acceptanceAnswer) },
    },
    problems: {
      404: "No schedule of that name, or none that this client may see.",
      409: "`key-conflict`: the schedule asked for something else when the key was used before.",
      503: byId[503],
    },
  },
} as const satisfies Area;
