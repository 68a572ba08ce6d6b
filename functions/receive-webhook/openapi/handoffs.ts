import { handoffAnswer, readyAnswer } from "../../../lib/contracts/answers/handoffs.ts";
import { noteSchema } from "../bodies.ts";
import { queryNames, waitSeconds } from "../query.ts";
import { type Area, byWholeId, json, jsonBody } from "./description.ts";
import { query, whole, words } from "./parameters.ts";

const notNamed = "This client is not allowed to, or is none of the `installers` that the request names.";
const never =
  "`nothing-to-hand-over`, `not-begun`, `operation-ended` or `ending`: there is nothing, not yet, or nothing any more.";

const content = (contentMediaType: string, description: string) => ({ contentMediaType, description });

export const handoffDescriptions = {
  "POST /operations/:id/actions/ready": {
    operationId: "sayReady",
    summary: "Say that you stand ready for what is handed over",
    description:
      "The credential is minted then, and lives for minutes. Say it again when what you have fetched did not arrive: another one is minted, and what the first was made for is taken back where nobody has used it. Harmless when repeated.",
    tag: "Handoffs",
    body: jsonBody(noteSchema, false),
    answers: {
      200: { description: "Said before, or it waits to be fetched already.", content: json(readyAnswer) },
      202: { description: "It is minted as soon as it can be.", content: json(readyAnswer) },
    },
    problems: {
      ...byWholeId,
      403: notNamed,
      409: `${never} \`fetched-by-another\`: somebody else has it, and it still lives.`,
    },
  },
  "GET /handoffs/:id": {
    operationId: "readHandoff",
    summary: "See how far it is with what is handed over",
    description:
      "Its name, its length and its hash, how long it lives, and what to do with it; never its content. With `wait` and `since` the answer is held back until something differs, or the time is over: wait so until it is minted.",
    tag: "Handoffs",
    parameters: query(queryNames.handoff, {
      wait: whole("Seconds to wait for a change; needs `since`.", waitSeconds),
      since: words("`updatedAt` of the last answer. An empty text is answered at once."),
    }),
    answers: { 200: { description: "How far it is.", content: json(handoffAnswer) } },
    problems: {
      ...byWholeId,
      409: "`nothing-to-hand-over`: an operation of another type. Or: several begin with that text.",
    },
  },
  "POST /handoffs/:id/fetch": {
    operationId: "fetchHandoff",
    summary: "Take what is handed over",
    description:
      "Its bytes, once: not harmless when repeated, and therefore no GET. A second one is refused, also after an answer that was lost: say ready again then. Nothing is served at or after its expiry, and never a part of it.",
    tag: "Handoffs",
    answers: {
      200: {
        description: "The content. No other answer holds it.",
        headers: {
          "content-disposition": "The name to save it under.",
          "content-digest": "SHA-256 of the content, by RFC 9530.",
          "x-drover-expires-at": "When it dies.",
          "x-drover-seconds-left": "For how long it was good when it was given out.",
        },
        content: {
          "application/zip": content("application/zip", "A configuration archive."),
          "application/x-pem-file": content("application/x-pem-file", "A certificate and its private key."),
          "application/octet-stream": content(
            "application/octet-stream",
            "Of a connection that is not there any more.",
          ),
        },
      },
    },
    problems: {
      ...byWholeId,
      400: "A parameter: there are none.",
      403: notNamed,
      409: `${never} \`not-minted\`, \`expired\` or \`gone\`: say ready. \`fetched-already\`: it is served once.`,
    },
  },
} as const satisfies Area;
