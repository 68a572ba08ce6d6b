import { describe, test } from "vitest";
import { expectAsOnOneMachine } from "./as-on-one-machine.ts";
import { azureRig } from "./azure-rig.ts";
import { chains } from "./chains.ts";

describe("end to end on Azure", () => {
  test.each(chains)("$name tells what it tells on one machine", (chain) =>
    expectAsOnOneMachine(chain, azureRig, async ({ lines, host, cloud: { tables, queueNames, queues } }) => {
      const stored = [tables.rows("drover"), queueNames.map((name) => queues.messages(name))];
      return [...lines, ...host.logs.map(({ message }) => message), JSON.stringify(stored)].join("\n");
    }),
  );
});
