import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { unwrapped } from "../../lib/contracts/queue-envelope.ts";

const request = JSON.stringify({
  specversion: "1.0",
  id: "r1",
  source: "/ci",
  type: "drover.heat.deploy",
  data: { a: "ü" },
});

/** As in the services' own pages. */
const sns = (message: string) =>
  JSON.stringify({
    Type: "Notification",
    MessageId: "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
    TopicArn: "arn:aws:sns:us-west-2:123456789012:MyTopic",
    Subject: "My First Message",
    Message: message,
    Timestamp: "2012-05-02T00:54:06.655Z",
    SignatureVersion: "1",
    Signature: "EXAMPLEw6JRN",
    SigningCertURL: "https://sns.us-west-2.amazonaws.com/SimpleNotificationService.pem",
    UnsubscribeURL: "https://sns.us-west-2.amazonaws.com/?Action=Unsubscribe",
  });
const eventBridge = (detail: unknown) =>
  JSON.stringify({
    version: "0",
    id: "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
    "detail-type": "drover request",
    source: "com.example.ci",
    account: "111122223333",
    time: "2017-12-22T18:43:48Z",
    region: "us-west-1",
    resources: [],
    detail,
  });

describe("a message of the inbox", () => {
  test.each([
    ["bare", request],
    ["from a topic", sns(request)],
    ["from a bus", eventBridge(JSON.parse(request))],
    ["from a topic behind a bus", sns(eventBridge(JSON.parse(request)))],
  ])("%s holds the request", (_, body) => {
    expect(JSON.parse(unwrapped(body))).toEqual(JSON.parse(request));
  });

  test.each([
    ["text that is no JSON", '"Notification" {'],
    ["a topic's message about a subscription", JSON.stringify({ Type: "SubscriptionConfirmation", Message: request })],
    ["a bus's event that holds no request", eventBridge({ state: "stopped" })],
    [
      "a request that speaks of notifications",
      JSON.stringify({ ...JSON.parse(request), data: { Type: "Notification" } }),
    ],
  ])("that is %s stays as it is", (_, body) => {
    expect(unwrapped(body)).toBe(body);
  });

  test("that is wrapped deeper than anybody does is not unwrapped without end", () => {
    expect(unwrapped(sns(sns(sns(request))))).toBe(sns(request));
  });

  test("never throws, whatever it is", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json().map(sns), fc.json()), (text) => typeof unwrapped(text) === "string"),
    );
  });
});
