import { expect, test } from "vitest";
import { concealed } from "../../functions/receive-webhook/conceal.ts";
import { operationView } from "../../functions/receive-webhook/views.ts";
import { callerOf } from "../../lib/clients/caller.ts";
import { clientSchema } from "../../lib/contracts/client.ts";
import { operationIdOf } from "../../lib/contracts/identifiers.ts";
import { Fleet, requestBody } from "../operations/fleet.ts";

const client = clientSchema.parse({
  auth: { kind: "bearer", tokens: [`sha256:${"0".repeat(64)}`] },
  allow: { sources: ["/test"], types: ["*"], connections: ["*"], actions: ["read"] },
});
const caller = callerOf("ci", client);
const [own, foreign] = [operationIdOf("/test", "other"), operationIdOf("/secret-team", "other")];

test("notes name no operation that the caller may not know of", async () => {
  const fleet = new Fleet({ mode: "cloud" });
  fleet.submit(requestBody("one"));
  fleet.submit(requestBody("other"));
  fleet.submit(JSON.stringify({ ...JSON.parse(requestBody("other")), source: "/secret-team" }));
  await fleet.runUntilQuiet();
  const row = fleet.row("one");
  if (row === undefined) throw new Error("Expected an operation, got none");
  const note = `operation ${foreign} cannot wait for it, nor can operation ${own}`;
  const noted = {
    ...row,
    cancelRequested: { at: 1, by: "drover", note },
    resolution: { as: "failed", by: "carol", note, at: 1 },
  } as const;
  const shown = operationView(await concealed({ ports: fleet.world.outside }, caller, noted));
  const hidden = `another operation cannot wait for it, nor can operation ${own}`;
  expect(shown).toMatchObject({ cancelRequested: { note: hidden }, resolution: { note: hidden } });
  const bare = { ...noted, cancelRequested: { at: 1, by: "carol" }, reason: note };
  expect(operationView(await concealed({ ports: fleet.world.outside }, caller, bare))).toMatchObject({
    reason: hidden,
    cancelRequested: { by: "carol" },
  });
});
