import { expect, test } from "vitest";
import { configurationSchema } from "../../lib/contracts/configuration.ts";
import { awsMisfits } from "../../lib/contracts/platform-fit.ts";
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

test("a request that a function has no time for is no configuration for AWS", () => {
  const parsed = (requestTimeout: string) => {
    const { connections, ...rest } = forAws;
    const [[name, connection] = []] = Object.entries(connections as Record<string, object>);
    return configurationSchema.parse({
      ...rest,
      connections: { [name ?? ""]: { ...connection, pace: { requestTimeout } } },
    });
  };
  expect(awsMisfits(parsed("PT35S"))).toEqual([]);
  expect(awsMisfits(parsed("PT36S"))).toMatchObject([{ path: expect.stringMatching(/pace\.requestTimeout$/) }]);
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
