import { eventAnswer } from "../lib/contracts/answers/events.ts";
import { component } from "../lib/contracts/described.ts";
import { createComponents } from "../lib/contracts/documents/components.ts";
import { eventTexts } from "../lib/contracts/documents/event-texts.ts";
import { requestNames, requestSchema } from "../lib/contracts/documents/request-schemas.ts";
import { requestTexts } from "../lib/contracts/documents/request-texts.ts";
import { type EventType, eventTypes, outcomes } from "../lib/contracts/event.ts";
import { bridged, notification } from "../lib/contracts/queue-envelope.ts";
import { stepMessageSchema } from "../lib/contracts/step-message.ts";
import { binaryHeaders, structuredHeaders } from "./asyncapi-headers.ts";
import { annotations } from "./schema-descriptions.ts";

export const cloudEvents = "application/cloudevents+json";
const stepMessage = component(
  "StepMessage",
  "Internal: a pointer to an operation and its sequence number. Never data, never a secret.",
  stepMessageSchema,
);
const sns = component("SnsNotification", "A request as SNS hands it to a queue: `Message` is its text.", notification);
const eventBridge = component(
  "EventBridgeEvent",
  "A request as EventBridge hands it to a queue: `detail` is the request itself.",
  bridged,
);

interface Message {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  readonly contentType: string;
  readonly payload: object;
  readonly headers?: object;
}

/** What an event of one type says more than any event. */
function payloadOf(type: EventType, event: object): object {
  const outcome = outcomes.find((each) => type === `drover.operation.${each}`);
  const data = outcome && {
    type: "object",
    description: "How it ended.",
    properties: { outcome: { const: outcome } },
    required: ["outcome"],
  };
  return { allOf: [event, { type: "object", properties: { type: { const: type }, ...(data ? { data } : {}) } }] };
}

/** Every message by its name, and the schemas that they share. */
export function asyncapiMessages() {
  const components = createComponents({
    ...Object.fromEntries(requestNames.map((name) => [name, requestTexts])),
    Event: eventTexts,
    StepMessage: annotations["step-message.json"] ?? {},
    SnsNotification: { Type: "Always this.", TopicArn: "The topic.", Message: "The request as text." },
    EventBridgeEvent: {
      "detail-type": "What the rule of the bus matches.",
      source: "Source by EventBridge.",
      detail: "The request.",
      "detail.specversion": "Tells that it is a CloudEvent.",
    },
  });
  const event = components.reference(eventAnswer);
  const data = { $ref: "#/components/schemas/Event/properties/data" };
  const messages: Readonly<Record<string, Message>> = {
    request: {
      name: "request",
      title: "Request",
      summary: "A request as it is: CloudEvents 1.0, structured JSON.",
      contentType: cloudEvents,
      payload: components.reference(requestSchema),
    },
    requestFromTopic: {
      name: "requestFromTopic",
      title: "Request through SNS",
      summary: "Without raw delivery. It may stand inside an event of EventBridge, and the other way round.",
      contentType: "application/json",
      payload: components.reference(sns),
    },
    requestFromBus: {
      name: "requestFromBus",
      title: "Request through EventBridge",
      summary: "A rule that hands whole events to the queue.",
      contentType: "application/json",
      payload: components.reference(eventBridge),
    },
    step: {
      name: "step",
      title: "Step message (internal)",
      summary: "Written and read by Drover alone; its form changes with releases.",
      contentType: "application/json",
      payload: components.reference(stepMessage),
    },
    ...Object.fromEntries(
      eventTypes.map((type): [string, Message] => [
        messageNameOf(type),
        {
          name: type,
          title: type,
          summary: summaries[type],
          contentType: cloudEvents,
          payload: payloadOf(type, event),
        },
      ]),
    ),
    delivery: {
      name: "delivery",
      title: "Event to a sink, structured",
      summary: "The whole event is the body, and the signature covers it.",
      contentType: cloudEvents,
      headers: structuredHeaders,
      payload: event,
    },
    binaryDelivery: {
      name: "binaryDelivery",
      title: "Event to a sink, binary",
      summary: "`data` is the body; the attributes stand in `ce-` headers, which the signature does not cover.",
      contentType: "application/json",
      headers: binaryHeaders,
      payload: data,
    },
  };
  return { messages, schemas: components.all() };
}

/** drover.operation.timed-out becomes operationTimedOut: names of messages have no dots. */
export function messageNameOf(type: EventType): string {
  const [first = "", ...others] = type.split(/[.-]/).slice(1);
  return first + others.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}

const summaries: Readonly<Record<EventType, string>> = {
  "drover.operation.accepted": "A request was taken.",
  "drover.operation.rejected": "A request cannot be taken; `data.problems` says why.",
  "drover.operation.started": "The provider has begun.",
  "drover.operation.waiting": "It waits; `data.code` says for what.",
  "drover.operation.attention": "A person is needed; `data.next` names the command that answers.",
  "drover.operation.resolved": "A person has resolved an operation that ended as unknown.",
  "drover.operation.succeeded": "It ended well.",
  "drover.operation.partially-succeeded": "It ended well in parts.",
  "drover.operation.failed": "It ended badly; `data.code` says how.",
  "drover.operation.cancelled": "It ended because somebody asked for it.",
  "drover.operation.timed-out": "Its deadline has passed.",
  "drover.operation.unknown": "What has become of it cannot be told: a person looks and resolves it.",
};
