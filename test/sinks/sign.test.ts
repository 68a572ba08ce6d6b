import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ConfigurationError, messageOf } from "../../lib/contracts/errors.ts";
import { Secret } from "../../lib/contracts/secret.ts";
import { signatureHeaders, signingKeyOf } from "../../lib/contracts/standard-webhooks.ts";
import { otherSecret, publicSecret } from "./support.ts";

const keyOf = (text: string) => signingKeyOf(new Secret(text), "vault:crm");
const timestamp = 1614265330 * 1000;
const body = '{"test": 2432232314}';
const id = "msg_p5jXN8AQM9LWM0D4loKWxJek";

describe("signatures", () => {
  beforeEach(() => void vi.useFakeTimers({ now: timestamp, toFake: ["Date"] }));
  afterEach(() => void vi.useRealTimers());

  test("are those of the public test vector", () => {
    expect(signatureHeaders([keyOf(publicSecret)], { id, body, timestamp })).toEqual({
      "webhook-id": id,
      "webhook-timestamp": "1614265330",
      "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    });
  });

  test("are accepted by the receivers' library, beyond ASCII too", () => {
    const text = JSON.stringify({ reason: "Gerät \u{1F40E} \u2028 läuft" });
    const headers = signatureHeaders([keyOf(publicSecret)], { id, body: text, timestamp: timestamp + 999 });
    expect(new Webhook(publicSecret).verify(text, headers)).toEqual(JSON.parse(text));
    expect(() => new Webhook(publicSecret).verify(`${text} `, headers)).toThrow("No matching signature");
    expect(() => new Webhook(otherSecret).verify(text, headers)).toThrow("No matching signature");
  });

  test("stand side by side while secrets rotate, so that either receiver accepts", () => {
    const headers = signatureHeaders([keyOf(otherSecret), keyOf(publicSecret)], { id, body, timestamp });
    expect(headers["webhook-signature"]?.split(" ")).toHaveLength(2);
    for (const secret of [publicSecret, otherSecret]) expect(new Webhook(secret).verify(body, headers)).toBeDefined();
  });

  test("take keys of 24 to 64 bytes, with or without padding", () => {
    for (const bytes of [24, 25, 26, 32, 64]) {
      const text = Buffer.alloc(bytes, 9).toString("base64");
      expect(keyOf(`whsec_${text}`)).toHaveLength(bytes);
      expect(keyOf(`whsec_${text.replaceAll("=", "")}`)).toHaveLength(bytes);
    }
  });

  test.each([
    ["no prefix", publicSecret.slice(6)],
    ["another prefix", `wh_key${Buffer.alloc(32, 5).toString("base64")}`],
    ["an asymmetric key", "whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    ["too few bytes", `whsec_${Buffer.alloc(23).toString("base64")}`],
    ["too many bytes", `whsec_${Buffer.alloc(65).toString("base64")}`],
    ["other alphabets", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa-_"],
    ["a line feed", `${publicSecret}\n`],
    ["nothing", "whsec_"],
  ])("refuse a secret with %s, without showing it", (_what, text) => {
    let thrown: unknown;
    try {
      keyOf(text);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ConfigurationError);
    expect(messageOf(thrown)).toMatch(
      /^Expected whsec_ and 24 to 64 bytes in base64 at vault:crm, got .+: make one with/,
    );
    expect(messageOf(thrown)).not.toContain("MfKQ9");
  });
});
