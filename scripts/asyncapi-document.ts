import { steps } from "../functions/steps.ts";
import { eventTypes } from "../lib/contracts/event.ts";
import { asyncapiMessages, cloudEvents, messageNameOf } from "./asyncapi-messages.ts";

/** AsyncAPI 3.0 of the queues, the bus and the sinks. @param version of the release */
export function asyncapiDocument(version: string) {
  const components = asyncapiMessages();
  const refer = (names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, { $ref: `#/components/messages/${name}` }]));
  return {
    asyncapi: "3.0.0",
    info: {
      title: "Drover",
      version,
      description:
        "What goes through Drover's queues, its bus and its sinks. Delivery is at least once: `id` tells repeated events apart, `source` and `id` repeated requests.",
      license: { name: "MIT" },
    },
    defaultContentType: cloudEvents,
    channels: {
      inbox: {
        address: "inbox",
        title: "Inbox",
        description: "The queue for requests, on platforms that have queues for others to send to.",
        messages: refer(["request", "requestFromTopic", "requestFromBus"]),
      },
      steps: {
        address: "{step}",
        title: "Step queues (internal)",
        description: "One queue for each step, named after it. Nobody else may send to them.",
        parameters: { step: { description: "Name of the step.", enum: Object.keys(steps) } },
        messages: refer(["step"]),
      },
      events: {
        address: "events",
        title: "Events",
        description: "The bus. Where it is this machine's own it is read over HTTP: GET /events.",
        messages: refer(eventTypes.map(messageNameOf)),
      },
      sinks: {
        address: null,
        title: "Sinks",
        description:
          "POST to the `url` of each sink in drover.json: CloudEvents over HTTP, signed by Standard Webhooks.",
        messages: refer(["delivery", "binaryDelivery"]),
      },
    },
    operations: {
      receiveRequest: operation("receive", "inbox", "Takes requests."),
      sendStep: operation("send", "steps", "Internal: hands an operation to its next step."),
      receiveStep: operation("receive", "steps", "Internal: carries out one step."),
      publishEvent: operation("send", "events", "Tells what became of operations."),
      deliverEvent: {
        ...operation("send", "sinks", "Posts each event that a sink wants; answers and retries: docs/events.md."),
        bindings: { http: { method: "POST", bindingVersion: "0.3.0" } },
      },
    },
    components,
  };
}

const operation = (action: "send" | "receive", channel: string, summary: string) => ({
  action,
  channel: { $ref: `#/channels/${channel}` },
  summary,
});
