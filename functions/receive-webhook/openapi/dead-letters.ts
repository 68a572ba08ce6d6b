import { deadLetterAnswer, deadLettersAnswer } from "../../../lib/contracts/answers/dead-letters.ts";
import { queryNames, rowsPerPage } from "../query.ts";
import { type Area, byId, json } from "./description.ts";
import { query, whole, words } from "./parameters.ts";

const problems = { 404: "No dead letter under that id, or none that this client may see.", 503: byId[503] } as const;

export const deadLetterDescriptions = {
  "GET /dead-letters": {
    operationId: "listDeadLetters",
    summary: "List dead letters",
    description: "Without their bodies. A letter that names no operation is for clients that see everything.",
    tag: "Dead letters",
    parameters: query(queryNames.deadLetters, {
      cursor: words("Of the page before."),
      limit: whole("Letters on one page.", rowsPerPage),
    }),
    answers: { 200: { description: "A page.", content: json(deadLettersAnswer) } },
    problems: { 503: byId[503] },
  },
  "GET /dead-letters/:id": {
    operationId: "readDeadLetter",
    summary: "See a dead letter",
    description: "With its body.",
    tag: "Dead letters",
    answers: { 200: { description: "The letter.", content: json(deadLetterAnswer) } },
    problems,
  },
  "POST /dead-letters/:id/redrive": {
    operationId: "redriveDeadLetter",
    summary: "Take a dead letter up again",
    description: "Its message is handled as if it had just come.",
    tag: "Dead letters",
    answers: { 202: { description: "Taken up, without its body.", content: json(deadLetterAnswer) } },
    problems: { ...problems, 409: "Its operation has ended, or the letter was cut and cannot be sent again." },
  },
} as const satisfies Area;
