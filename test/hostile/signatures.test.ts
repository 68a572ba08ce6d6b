import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createAuthentication } from "../../lib/clients/authenticate.ts";
import { signedHeadersOf } from "../../lib/clients/signature.ts";
import { clientSchema } from "../../lib/contracts/client.ts";
import { ConfigurationError } from "../../lib/contracts/errors.ts";
import { Secret } from "../../lib/contracts/secret.ts";
import { signatureHeaders, signingKeyOf } from "../../lib/contracts/standard-webhooks.ts";
import { VirtualClock } from "../simulation/virtual-clock.ts";
import { canary, signingSecret } from "./door.ts";
import { oddText, secretText } from "./inputs.ts";

const key = Buffer.from(signingSecret.slice("whsec_".length), "base64");
const nowMs = Date.UTC(2026, 10, 21);
const seconds = String(nowMs / 1_000);
const body = '{"a":1}';
const allow = { sources: ["*"], types: ["*"], connections: ["*"], actions: ["submit"] };

/** As whoever has the key would sign just about anything. */
const signatureOf = (id: string, timestamp: string, by: Uint8Array = key) =>
  `v1,${createHmac("sha256", by).update(`${id}.${timestamp}.${body}`).digest("base64")}`;

function authenticationWith(secrets: Readonly<Record<string, string>>) {
  const said: unknown[] = [];
  const clients = Object.keys(secrets).map((name) => {
    const auth = { kind: "standard-webhooks", secrets: [`vault:${name}`] };
    return [name, clientSchema.parse({ auth, allow })] as const;
  });
  const log = { warn: (...all: unknown[]) => void said.push(all) };
  const authenticate = createAuthentication({
    clients: Object.fromEntries(clients),
    secret: async (reference: string) => new Secret(secrets[reference.slice("vault:".length)] ?? ""),
    clock: new VirtualClock(nowMs),
    log: log as never,
  });
  return { authenticate, said };
}

/** What no `Headers` would hold is no header: then nothing came. */
function headersOf(values: Readonly<Record<string, string>>): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(values)) {
    try {
      headers.append(name, value);
    } catch {}
  }
  return headers;
}

const oddSecrets = fc.oneof(
  oddText,
  secretText,
  fc.nat(120).map((bytes) => `whsec_${Buffer.alloc(bytes, 7).toString("base64")}`),
  fc.constantFrom(
    "whsec_",
    `whsec_${canary}`,
    `whsec_${"=".repeat(40)}`,
    `whsec_${Buffer.alloc(32, 7).toString("base64url")}_-`,
    `whsec_ ${Buffer.alloc(32, 7).toString("base64")}`,
    `WHSEC_${Buffer.alloc(32, 7).toString("base64")}`,
    `whsec_${Buffer.alloc(32, 7).toString("base64")}\n`,
    `whsec_${"A".repeat(100_000)}`,
  ),
);

describe("a key that requests are signed with", () => {
  test("is one of 24 to 64 bytes, or refused without being quoted", () => {
    const property = fc.property(oddSecrets, (text) => {
      try {
        const { length } = signingKeyOf(new Secret(text), "vault:ci");
        expect(length >= 24 && length <= 64).toBe(true);
        expect(text).toMatch(/^whsec_[A-Za-z0-9+/]+=*$/);
      } catch (error) {
        if (!(error instanceof ConfigurationError)) throw error;
        expect(error.message).not.toContain(canary);
        if (text.length > 12) expect(error.message).not.toContain(text);
      }
    });
    fc.assert(property, { numRuns: 300 });
  });

  test("that is none opens nothing, shuts nobody else out and is not said", async () => {
    const property = fc.asyncProperty(oddSecrets, async (text) => {
      const { authenticate, said } = authenticationWith({ other: text, ci: signingSecret });
      const good = headersOf(signatureHeaders([key], { id: "m", body, timestamp: nowMs }));
      expect((await authenticate(good, async () => body)).kind).toBe("known");
      for (const weak of [Buffer.alloc(0), Buffer.from(text), Buffer.alloc(32)]) {
        const headers = { "webhook-id": "m", "webhook-timestamp": seconds };
        const forged = headersOf({ ...headers, "webhook-signature": signatureOf("m", seconds, weak) });
        expect((await authenticate(forged, async () => body)).kind).not.toBe("known");
      }
      expect(JSON.stringify(said)).not.toContain(canary);
    });
    await fc.assert(property, { numRuns: 100 });
  });
});

describe("a request that whoever has the key has signed", () => {
  const { authenticate } = authenticationWith({ ci: signingSecret });
  const send = async (values: Readonly<Record<string, string>>) => {
    const headers = headersOf(values);
    const answer = await authenticate(headers, async () => body);
    return { kind: answer.kind, signed: signedHeadersOf(headers) };
  };

  test("with an odd id is taken as one plain word, or refused", async () => {
    const ids = fc.oneof(
      oddText,
      fc.stringMatching(/^[!-~]{1,300}$/),
      fc.constantFrom("a,b", "a, b", "a.b", "a b", "\u00e9", "x".repeat(257), "__proto__"),
    );
    const property = fc.asyncProperty(ids, async (id) => {
      const values = { "webhook-id": id, "webhook-timestamp": seconds, "webhook-signature": signatureOf(id, seconds) };
      const { kind, signed } = await send(values);
      expect(kind).toBe(/^[!-+\--~]{1,256}$/.test(id) ? "known" : "refused");
      if (signed) expect(signed.id).toMatch(/^[!-~]{1,256}$/);
    });
    await fc.assert(property, { numRuns: 200 });
  });

  test("at an odd time is refused: only whole seconds within the tolerance are a time", async () => {
    const times = fc.oneof(
      oddText,
      fc.integer({ min: -4e11, max: 4e11 }).map((off) => String(Number(seconds) + off)),
      fc.constantFrom(
        `+${seconds}`,
        ` ${seconds}`,
        `0${seconds}`,
        `000${seconds}`,
        `${seconds}.0`,
        `${seconds}e0`,
        `${nowMs}`,
        `-${seconds}`,
        `${seconds},${seconds}`,
        Number(seconds).toString(16),
        "\u0661\u0667",
        "Infinity",
        "9".repeat(400),
      ),
    );
    const property = fc.asyncProperty(times, async (time) => {
      const values = { "webhook-id": "m", "webhook-timestamp": time, "webhook-signature": signatureOf("m", time) };
      // A header has no spaces around it.
      const said = time.trim();
      const isTime = /^\d{1,12}$/.test(said) && Math.abs(Number(said) - Number(seconds)) <= 300;
      expect((await send(values)).kind).toBe(isTime && said === time ? "known" : "refused");
    });
    await fc.assert(property, { numRuns: 200 });
  });
});
