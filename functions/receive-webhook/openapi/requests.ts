import * as z from "zod/mini";
import {
  acceptanceAnswer,
  batchAnswer,
  planAnswer,
  validationAnswer,
} from "../../../lib/contracts/answers/requests.ts";
import { component, described } from "../../../lib/contracts/described.ts";
import { requestSchema, startingRequest } from "../../../lib/contracts/documents/request-schemas.ts";
import { batchEvents } from "../batch-limits.ts";
import { type Area, json } from "./description.ts";
import { header } from "./parameters.ts";

const batch = component(
  "RequestBatch",
  "Several requests at once. Each is taken for itself.",
  z.array(requestSchema).check(z.maxLength(batchEvents)),
);
const validation = component(
  "EventGridSubscription",
  "What Event Grid sends, with the header `aeg-event-type: SubscriptionValidation`, before anything else.",
  z
    .array(
      z.looseObject({
        data: described(
          "What is asked for.",
          z.looseObject({
            validationCode: described("The code to answer.", z.string().check(z.regex(/^[\w-]{1,128}$/))),
          }),
        ),
      }),
    )
    .check(z.minLength(1)),
);

const location = { location: "Present when an operation was asked for: its path." };

export const requestDescriptions = {
  "OPTIONS /requests": {
    operationId: "askWhetherToSend",
    summary: "Ask whether events may be sent here",
    description:
      "The handshake of CloudEvents webhooks, as Event Grid does it. A sender that `http.webhookOrigins` names is told that it may; every other is answered without a word. Sending needs credentials all the same.",
    tag: "Requests",
    parameters: [
      header("webhook-request-origin", "Name of the sender, like a host's."),
      header("webhook-request-rate", "Requests that it would like to send in a minute."),
    ],
    answers: {
      200: {
        description: "Answered to everybody; only the headers differ.",
        headers: {
          allow: "Methods that this path knows.",
          "webhook-allowed-origin": "Present when the sender may: its name again.",
          "webhook-allowed-rate": "Present when the sender may: requests in a minute.",
        },
      },
    },
  },
  "POST /requests": {
    operationId: "submitRequest",
    summary: "Ask for an operation, or for its cancellation",
    description:
      "Takes one CloudEvents event in structured JSON, or several as a batch. `source` and `id` are the idempotency key: the same request again is answered with the same operation, so send it again whenever an answer was lost. The answer comes when everything is on disk.",
    tag: "Requests",
    parameters: [
      header("aeg-event-type", "`SubscriptionValidation` for the handshake of Event Grid.", {
        examples: ["SubscriptionValidation"],
      }),
    ],
    body: {
      required: true,
      content: {
        "application/cloudevents+json": requestSchema,
        "application/json": z.union([requestSchema, validation]),
        "application/cloudevents-batch+json": batch,
      },
    },
    answers: {
      200: {
        description: "Known before, with the same content; or the code of Event Grid's handshake.",
        headers: location,
        content: json(z.union([acceptanceAnswer, validationAnswer])),
      },
      202: {
        description: "Taken. Of a batch: what became of each request.",
        headers: location,
        content: json(z.union([acceptanceAnswer, batchAnswer])),
      },
    },
    problems: {
      403: "This client may not ask for that source, type or connection.",
      404: "A cancel of an operation that is not there, or not for this client.",
      409: "`key-conflict`: the key was used before, with other content.",
      415: "One of the content types of this route was expected.",
      503: "The storage refuses, or a signature cannot be checked right now. The same request again is safe.",
    },
  },
  "POST /plans": {
    operationId: "planRequest",
    summary: "See what a request would do",
    description:
      "A dry run: answers the provider calls that the request would begin with. Nothing is sent to the provider and nothing is written down.",
    tag: "Requests",
    body: {
      required: true,
      content: { "application/cloudevents+json": startingRequest, "application/json": startingRequest },
    },
    answers: { 200: { description: "The calls.", content: json(planAnswer) } },
    problems: {
      403: "This client may not ask for that source, type or connection.",
      415: "application/cloudevents+json or application/json was expected.",
      422: "Not acceptable as a request, or a cancel: it plans no calls.",
    },
  },
} as const satisfies Area;
