import { expect, test } from "vitest";
import { configurationFor, openDesk } from "./harness.ts";

const forAws = { ...configurationFor("http://127.0.0.1:9"), platform: { kind: "aws" } };

test("config check judges a configuration for AWS without opening anything here", async () => {
  const { run, write } = openDesk(async () => new Response(), {});
  write("drover.json", forAws);
  const { code, json } = await run(["config", "check", "--json"]);
  expect(code).toBe(0);
  expect(json).toMatchObject([
    { ok: true, findings: expect.arrayContaining([expect.objectContaining({ path: "platform.kind" })]) },
  ]);
});

test.each([["start"], ["operations list"], ["vault list"]])(
  "drover %s says how to reach it instead",
  async (command) => {
    const { run, write } = openDesk(async () => new Response(), {});
    write("drover.json", forAws);
    const { code, err } = await run(command.split(" "));
    expect(code).toBe(3);
    expect(err).toContain(
      "Expected a configuration of this machine (platform.kind local), got one for aws: name the deployed system with --url or DROVER_URL",
    );
  },
);
