import { expect, test } from "vitest";
import { Secret } from "../../../lib/contracts/secret.ts";
import { signedCall } from "../../../lib/providers/aws/sign.ts";
import { VirtualClock } from "../../simulation/virtual-clock.ts";

test("a signature is of the time that the service's clock has too, also while time waits for a clock that was put back", async () => {
  const clock = new VirtualClock(Date.parse("2026-11-21T10:00:00Z"));
  clock.wallBehindMs = 3_600_000;
  const call = {
    provider: "aws-iot",
    operation: "look",
    about: "a template",
    method: "GET",
    url: "https://iot.test/",
  } as const;
  const accessKey = async () => ({ id: "AKIAIOSFODNN7EXAMPLE", secret: new Secret("a-secret-key-of-this-test") });
  const { headers } = await signedCall(call, { accessKey, clock, service: "iot", region: "eu-west-1" });
  expect(headers?.["x-amz-date"]).toBe("20261121T090000Z");
});
