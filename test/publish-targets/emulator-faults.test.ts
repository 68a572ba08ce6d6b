import { describe, expect, test } from "vitest";
import type { VaultFault } from "../../emulators/key-vault/index.ts";
import { RetryableError } from "../../lib/contracts/errors.ts";
import { openKeyVault, vaultName } from "./key-vault-world.ts";
import { openSecretsManager } from "./secrets-manager-world.ts";
import { assertNoCanary, callAt, contextAt, failureOf, noteOf, published, valueCanary } from "./world.ts";

/** Both emulators understand the same script; this is what either says of its own accord. */
const clouds = {
  "key-vault": async () => {
    const world = await openKeyVault();
    return {
      ...world,
      operation: "SetSecret",
      versions: () => world.emulator.versions(vaultName, world.secret).length,
    };
  },
  "secrets-manager": async () => {
    const world = await openSecretsManager();
    const versions = () => world.emulator.secret(world.secret)?.versions.length ?? 0;
    return { ...world, operation: "PutSecretValue", versions };
  },
};

type Case = readonly [what: string, fault: VaultFault, effect: "none" | "possible", atOnce: number, later: number];
const cases: readonly Case[] = [
  ["a reply that is lost", { kind: "drop", takesEffect: true }, "possible", 1, 1],
  ["a connection that breaks before", { kind: "drop" }, "possible", 0, 0],
  ["an effect that lands late", { kind: "late-landing", landsAfterMs: 60_000 }, "possible", 0, 1],
  [
    "trouble with an effect that lands late",
    { kind: "late-landing", landsAfterMs: 60_000, status: 503 },
    "possible",
    0,
    1,
  ],
  ["a flood", { kind: "status", status: 429 }, "none", 0, 0],
  ["trouble before the effect", { kind: "status", status: 500 }, "possible", 0, 0],
  ["trouble after the effect", { kind: "status", status: 500, takesEffect: true }, "possible", 1, 1],
  ["a gateway's page", { kind: "status", status: 502, body: "html" }, "possible", 0, 0],
  ["JSON that stops", { kind: "cut-json" }, "possible", 1, 1],
  ["a body that breaks off", { kind: "cut-connection" }, "possible", 1, 1],
];

describe.each(Object.entries(clouds))("a publication to the emulated %s", (_kind, open) => {
  test.each(cases)("with %s says what may have happened", async (_what, fault, effect, atOnce, later) => {
    const world = await open();
    const { target, secret, time, emulator } = world;
    emulator.addFault({ ...fault, operation: world.operation, times: 1 });
    const error = await failureOf(target.publish(secret, published, noteOf(), callAt(time)));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error.effect).toBe(effect);
    assertNoCanary(error, world.canaries);
    expect(emulator.callCounts()[world.operation]).toBe(1);
    expect(world.versions()).toBe(atOnce);
    time.advance(target.settling.settlingMs);
    expect(world.versions()).toBe(later);
    const found = await target.read(secret, contextAt(time));
    expect(found?.value.reveal()).toBe(later === 1 ? valueCanary : undefined);
    expect(found?.note).toEqual(later === 1 ? world.keeps(noteOf()) : undefined);
  });
});
