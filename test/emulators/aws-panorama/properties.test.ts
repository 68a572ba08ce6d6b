import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Harness, plain } from "./harness.ts";

type Step =
  | { readonly kind: "provision"; readonly name: string; readonly isDropped: boolean }
  | { readonly kind: "delete" | "plug-in"; readonly which: number }
  | { readonly kind: "list" }
  | { readonly kind: "wait"; readonly ms: number };

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("provision" as const),
      name: fc.constantFrom("cam-1", "cam-10", "door"),
      isDropped: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom("delete" as const, "plug-in" as const), which: fc.nat(7) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "list" as const }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.nat(400_000) }) },
);

const QUOTA = 4;
const NEXT: Readonly<Record<string, readonly string[]>> = {
  none: ["AWAITING_PROVISIONING"],
  AWAITING_PROVISIONING: ["PENDING", "DELETING"],
  PENDING: ["SUCCEEDED", "DELETING"],
  SUCCEEDED: ["DELETING"],
  DELETING: ["gone"],
};

/** The statuses that each device went through, from what the emulator noted. */
function paths(harness: Harness): readonly string[][] {
  const byEffect: Readonly<Record<string, string>> = {
    provisioned: "AWAITING_PROVISIONING",
    "archive-taken": "PENDING",
    "provisioning-succeeded": "SUCCEEDED",
    "delete-accepted": "DELETING",
    deleted: "gone",
  };
  const effects = Map.groupBy(harness.emulator.state.effects(), ({ deviceId }) => deviceId);
  return [...effects.values()].map((all) => ["none", ...all.flatMap(({ kind }) => byEffect[kind] ?? [])]);
}

describe("any order of calls", () => {
  it.each(["second-device", "conflict"] as const)(
    "keeps the quota, the names and the statuses (%s)",
    async (sameName) => {
      await fc.assert(
        fc.asyncProperty(fc.array(steps, { maxLength: 30 }), async (order) => {
          const harness = new Harness({ ...plain, sameName, deviceQuota: QUOTA, pageSize: 2 });
          const { state, appliance } = harness.emulator;
          const archives: { id: string; atMs: number; archive: Uint8Array }[] = [];
          for (const step of order) {
            const before = state.devices();
            if (step.kind === "wait") harness.tick(step.ms);
            else if (step.kind === "provision") {
              const { name, isDropped } = step;
              const namesakes = before.filter((device) => device.name === name).length;
              const expected = sameName === "conflict" && namesakes > 0 ? 409 : before.length >= QUOTA ? 402 : 200;
              if (isDropped) harness.emulator.addFault({ kind: "drop", takesEffect: true, times: 1 });
              const status = await harness.ask("POST", "/devices", { Name: name }).then(
                (reply) => reply.status,
                () => null,
              );
              expect(status).toBe(isDropped ? null : expected);
              expect(state.devices(name)).toHaveLength(namesakes + (expected === 200 ? 1 : 0));
              const id = state.devices().at(-1)?.id ?? "";
              const archive = state.archive(id)?.bytes;
              if (expected === 200 && archive !== undefined) archives.push({ id, atMs: harness.nowMs, archive });
            } else if (step.kind === "delete") {
              const device = before[step.which];
              const expected = device === undefined ? 404 : device.status === "DELETING" ? 409 : 200;
              expect((await harness.ask("DELETE", `/devices/${device?.id ?? "device-x"}`)).status).toBe(expected);
            } else if (step.kind === "plug-in") {
              const stick = archives[step.which];
              if (stick === undefined) continue;
              const waits = state.device(stick.id)?.status === "AWAITING_PROVISIONING";
              const isFresh = harness.nowMs <= Math.floor((stick.atMs + 300_000) / 1_000) * 1_000;
              expect(appliance.plugIn(stick).accepted).toBe(waits && isFresh);
            } else {
              const names: string[] = [];
              let token = "";
              do {
                const { text } = await harness.ask("GET", `/devices?NameFilter=cam-1${token}`);
                const { Devices, NextToken }: { Devices: { Name: string }[]; NextToken?: string } = JSON.parse(text);
                names.push(...Devices.map(({ Name }) => Name));
                token = NextToken === undefined ? "" : `&NextToken=${NextToken}`;
              } while (token !== "");
              const expected = before.map(({ name }) => name).filter((name) => name !== "door");
              expect(names).toEqual(expected.reverse());
            }
            expect(state.devices().length).toBeLessThanOrEqual(QUOTA);
            for (const name of ["cam-1", "cam-10", "door"]) {
              if (sameName === "conflict") expect(state.devices(name).length).toBeLessThanOrEqual(1);
            }
          }
          for (const path of paths(harness)) {
            path.slice(1).forEach((status, index) => {
              expect(NEXT[path[index] ?? ""]).toContain(status);
            });
          }
        }),
        { numRuns: 40 },
      );
    },
  );
});
