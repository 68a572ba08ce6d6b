import { expect, test } from "vitest";
import { configurationSchema } from "../../lib/contracts/configuration.ts";
import { cloudMisfits } from "../../lib/contracts/platform-fit.ts";
import { configurationFor, openDesk } from "./harness.ts";

const clouds = ["aws", "azure"] as const;
const configured = (kind: string) => ({ ...configurationFor("http://127.0.0.1:9"), platform: { kind } });

test.each(clouds)("config check judges a configuration for %s without opening anything here", async (kind) => {
  const { run, write } = openDesk(async () => new Response(), {});
  write("drover.json", configured(kind));
  const { code, json } = await run(["config", "check", "--json"]);
  expect(code).toBe(0);
  expect(json).toMatchObject([
    { ok: true, findings: expect.arrayContaining([expect.objectContaining({ path: "platform.kind" })]) },
  ]);
});

test.each(clouds)("a request that a function has no time for is no configuration for %s", (kind) => {
  const parsed = (requestTimeout: string) => {
    const { connections, ...rest } = configured(kind);
    const [[name, connection] = []] = Object.entries(connections as Record<string, object>);
    return configurationSchema.parse({
      ...rest,
      connections: { [name ?? ""]: { ...connection, pace: { requestTimeout } } },
    });
  };
  expect(cloudMisfits(parsed("PT35S"), kind)).toEqual([]);
  expect(cloudMisfits(parsed("PT36S"), kind)).toMatchObject([{ path: expect.stringMatching(/pace\.requestTimeout$/) }]);
});

test.each(
  clouds.flatMap((kind) => ["start", "operations list", "vault list"].map((command) => [kind, command] as const)),
)("for %s, drover %s says how to reach it instead", async (kind, command) => {
  const { run, write } = openDesk(async () => new Response(), {});
  write("drover.json", configured(kind));
  const { code, err } = await run(command.split(" "));
  expect(code).toBe(3);
  expect(err).toContain(
    `Expected a configuration of this machine (platform.kind local), got one for ${kind}: name the deployed system with --url or DROVER_URL`,
  );
});
