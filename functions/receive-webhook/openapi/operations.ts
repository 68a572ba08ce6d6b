import * as z from "zod/mini";
import { explanationAnswer } from "../../../lib/contracts/answers/explanation.ts";
import { historyAnswer } from "../../../lib/contracts/answers/history.ts";
import { forgottenAnswer, operationAnswer, operationsAnswer } from "../../../lib/contracts/answers/operations.ts";
import { outcomes } from "../../../lib/contracts/event.ts";
import { queryNames, rowsPerPage, waitSeconds } from "../query.ts";
import { type Area, byId, byWholeId, json } from "./description.ts";
import { query, whole, words } from "./parameters.ts";

export const operationDescriptions = {
  "GET /operations": {
    operationId: "listOperations",
    summary: "List operations",
    description: "Newest first, page by page. Filters are combined; only what the client may see is shown.",
    tag: "Operations",
    parameters: query(queryNames.operations, {
      state: words("Whether anything is still to come.", { enum: ["active", "ended"] }),
      outcome: words("How they ended.", { enum: outcomes }),
      type: words("Type of the request, such as drover.heat.deploy."),
      connection: words("Name of the connection."),
      label: words("A label of the request.", { pattern: "^[^=]+=", examples: ["team=hvac"] }),
      parent: words("Id of the operation that they are parts of, or its beginning."),
      cursor: words("Of the page before."),
      limit: whole("Operations on one page.", rowsPerPage),
    }),
    answers: { 200: { description: "A page.", content: json(operationsAnswer) } },
    problems: {
      400: "A parameter that is not known or cannot be read, or `invalid-cursor`.",
      404: "No operation under `parent`.",
      409: "Several operations begin with `parent`.",
      503: byId[503],
    },
  },
  "GET /operations/:id": {
    operationId: "readOperation",
    summary: "See an operation",
    description:
      "With `wait` and `since` the answer is held back until the operation differs from what was seen, or the time is over: follow an operation without asking all the time.",
    tag: "Operations",
    parameters: query(queryNames.operation, {
      wait: whole("Seconds to wait for a change; needs `since`.", waitSeconds),
      since: words("`updatedAt` of the last answer. An empty text is answered at once."),
    }),
    answers: {
      200: {
        description: "The operation, or what is kept of a forgotten one.",
        content: json(z.union([operationAnswer, forgottenAnswer])),
      },
    },
    problems: byId,
  },
  "GET /operations/:id/history": {
    operationId: "readHistory",
    summary: "See what happened to an operation",
    description: "Oldest first. Of a long history the first entries and the newest ones are kept.",
    tag: "Operations",
    answers: { 200: { description: "The history.", content: json(historyAnswer) } },
    problems: byWholeId,
  },
  "GET /operations/:id/explanation": {
    operationId: "explainOperation",
    summary: "See where an operation stands and who acts next",
    description: "For a person who has to decide whether to do something.",
    tag: "Operations",
    answers: { 200: { description: "The explanation.", content: json(explanationAnswer) } },
    problems: byWholeId,
  },
} as const satisfies Area;
