import { sinkPositionAnswer, sinkReplayAnswer, sinksAnswer } from "../../../lib/contracts/answers/sinks.ts";
import { enableSchema, replaySchema } from "../bodies.ts";
import { type Area, byId, json, jsonBody } from "./description.ts";

const noSink = "No sink of that name.";

export const sinkDescriptions = {
  "GET /sinks": {
    operationId: "listSinks",
    summary: "See how the receivers of events stand",
    description: "Their states, what waits for them, the last success and the last failure.",
    tag: "Sinks",
    answers: {
      200: { description: "All of them; none for a client that does not see all events.", content: json(sinksAnswer) },
    },
    problems: { 503: byId[503] },
  },
  "POST /sinks/:name/enable": {
    operationId: "enableSink",
    summary: "Let a disabled sink go on",
    description: "Where it stopped, or with the next event.",
    tag: "Sinks",
    body: jsonBody(enableSchema, false),
    answers: { 200: { description: "Enabled.", content: json(sinkPositionAnswer) } },
    problems: { 404: `${noSink} Or it has not begun yet.`, 503: byId[503] },
  },
  "POST /sinks/:name/replay": {
    operationId: "replaySink",
    summary: "Hand events over again",
    description: "Under the same ids, a thousand positions at a time: ask again from `position` on until `done`.",
    tag: "Sinks",
    body: jsonBody(replaySchema),
    answers: { 202: { description: "Handed over.", content: json(sinkReplayAnswer) } },
    problems: { 404: noSink, 409: "`sink-disabled`: enable it first.", 503: byId[503] },
  },
} as const satisfies Area;
