import { describe, test } from "vitest";
import { expectAsOnOneMachine } from "./as-on-one-machine.ts";
import { awsRig } from "./aws-rig.ts";
import { chains } from "./chains.ts";

describe("end to end on AWS", () => {
  test.each(chains)("$name tells what it tells on one machine", (chain) =>
    expectAsOnOneMachine(chain, awsRig, async ({ lines, cloud }) =>
      [...lines, JSON.stringify(await cloud.dynamo.items(cloud.table))].join("\n"),
    ),
  );
});
