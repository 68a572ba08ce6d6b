import { describe, expect, test } from "vitest";
import { RetryableError } from "../../lib/contracts/errors.ts";
import type { LocalVaultTarget } from "../../lib/contracts/publish-targets.ts";
import { Secret } from "../../lib/contracts/secret.ts";
import { localVault } from "../../lib/platforms/local/vault.ts";
import { createPublishTarget, type PublishTargetParts } from "../../lib/publish-targets/index.ts";
import { temporaryFolder } from "../platforms/local/temporary-folder.ts";
import { ManualTime } from "../providers/support.ts";
import { assertNoCanary, callAt, contextAt, failureOf, noteOf, published, valueCanary } from "./world.ts";

const time = new ManualTime();
const configuration: LocalVaultTarget = { kind: "local-vault", secrets: ["fleet-*", "exact"] };
const targetWith = (vault: PublishTargetParts["vault"]) =>
  createPublishTarget("here", configuration, { secret: async () => new Secret("unused"), clock: time, vault });

describe("the local vault as a publish target", () => {
  test("serves what it was given to whoever reads vault:NAME", async () => {
    const vault = localVault({ dataFolder: await temporaryFolder() });
    await targetWith(vault).publish("fleet-key", published, noteOf(), callAt(time));
    expect((await vault.get("fleet-key"))?.reveal()).toBe(valueCanary);
  });

  test("reads a note that somebody else has put there as none", async () => {
    const vault = localVault({ dataFolder: await temporaryFolder() });
    const other = JSON.stringify({ ...noteOf(), slot: "tertiary" });
    for (const note of ["from the night shift", '{"slot":"primary"}', other, "[]", "null"]) {
      await vault.put("fleet-key", new Secret("v"), note);
      expect(await targetWith(vault).read("fleet-key", contextAt(time))).not.toHaveProperty("note");
    }
  });

  test("says that a write that broke off may have happened, without the system's own words", async () => {
    const put = async () => {
      throw Object.assign(new Error(`EIO near ${valueCanary}`), { code: "EIO" });
    };
    const target = targetWith({ put, describe: async () => undefined });
    const error = await failureOf(target.publish("fleet-key", published, noteOf(), callAt(time)));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error).toMatchObject({ effect: "possible", provider: "local-vault" });
    expect(error.message).toBe(
      "Expected secret fleet-key to be written to the local vault, got EIO: check the disk of the data folder",
    );
    assertNoCanary(error, []);
  });

  test("says that a read that broke off changed nothing", async () => {
    const describe = async () => {
      throw Object.assign(new Error(`EIO near ${valueCanary}`), { code: "EIO" });
    };
    const error = await failureOf(targetWith({ put: async () => "1", describe }).read("fleet-key", contextAt(time)));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error).toMatchObject({ effect: "none", operation: "read-secret" });
    expect(error.message).toContain("got EIO: check the disk");
    assertNoCanary(error, []);
  });

  test("is refused on a platform without one", async () => {
    const target = targetWith(undefined);
    expect(await failureOf(target.read("fleet-key", contextAt(time)))).toMatchObject({ code: "no-local-vault" });
    expect(await target.check(contextAt(time))).toEqual([
      { what: "secret fleet-*", ok: false, detail: expect.stringContaining("use the vault of that cloud") },
      { what: "secret exact", ok: false, detail: expect.stringContaining("use the vault of that cloud") },
    ]);
  });

  test("checks no more than a handful of secrets", async () => {
    const vault = localVault({ dataFolder: await temporaryFolder() });
    const secrets = Array.from({ length: 64 }, (_, index) => `s${index}`);
    const parts = { secret: async () => new Secret("unused"), clock: time, vault };
    const target = createPublishTarget("here", { kind: "local-vault", secrets }, parts);
    expect(await target.check(contextAt(time))).toHaveLength(8);
  });
});
