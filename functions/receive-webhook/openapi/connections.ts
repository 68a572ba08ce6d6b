import { checkAnswer, connectionAnswer, connectionsAnswer } from "../../../lib/contracts/answers/connections.ts";
import { noteSchema } from "../bodies.ts";
import { type Area, byId, json, jsonBody } from "./description.ts";

const problems = { 404: "No connection of that name, or none that this client may know of.", 503: byId[503] } as const;

export const connectionDescriptions = {
  "GET /connections": {
    operationId: "listConnections",
    summary: "See connections",
    description: "Those that the client may know of, without credentials.",
    tag: "Connections",
    answers: { 200: { description: "All of them.", content: json(connectionsAnswer) } },
    problems: { 503: byId[503] },
  },
  "POST /connections/:name/pause": {
    operationId: "pauseConnection",
    summary: "Begin nothing new on a connection",
    description: "What has begun is followed to its end. Harmless when repeated.",
    tag: "Connections",
    body: jsonBody(noteSchema, false),
    answers: { 200: { description: "Paused.", content: json(connectionAnswer) } },
    problems,
  },
  "POST /connections/:name/resume": {
    operationId: "resumeConnection",
    summary: "Let a connection go on",
    description: "What waited for it goes on by itself. Harmless when repeated.",
    tag: "Connections",
    body: jsonBody(noteSchema, false),
    answers: { 200: { description: "Not paused any more.", content: json(connectionAnswer) } },
    problems,
  },
  "POST /connections/:name/check": {
    operationId: "checkConnection",
    summary: "See whether a connection works",
    description: "Logs in, reads, and names missing roles. Changes nothing.",
    tag: "Connections",
    answers: { 200: { description: "What was looked at, also where it is not fine.", content: json(checkAnswer) } },
    problems: { 404: problems[404] },
  },
} as const satisfies Area;
