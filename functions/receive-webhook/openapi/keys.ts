import { keysAnswer } from "../../../lib/contracts/answers/keys.ts";
import { type Area, byId, json } from "./description.ts";

export const keyDescriptions = {
  "GET /keys": {
    operationId: "listKeys",
    summary: "See how old each rotated key is, and which rotation is overdue",
    description:
      "What schedules rotate, and what was rotated on request. Targets are read for this answer, four at a time; one that cannot be read says why and hides no other.",
    tag: "Keys",
    answers: {
      200: { description: "Those whose rotations the client may see. Never a key.", content: json(keysAnswer) },
    },
    problems: { 400: "A parameter: there are none.", 503: byId[503] },
  },
} as const satisfies Area;
