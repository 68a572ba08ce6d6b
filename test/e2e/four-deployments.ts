import { expect } from "vitest";
import { demoIds } from "../../emulators/azure-sphere/index.ts";
import { exampleOf } from "./clouds.ts";
import { ended, type Rig, submitted } from "./rig.ts";

const groups = [demoIds.groups.happy, demoIds.groups.happy, demoIds.groups.failing, demoIds.groups.partlyFailing];
const outcomes = ["succeeded", "succeeded", "failed", "partially-succeeded"];
const patienceMs = 8 * 3_600_000;

/** Asks for deployments that end in every way, two of them on one group. @returns their ids */
export async function submitFour(rig: Rig): Promise<readonly string[]> {
  const example = exampleOf("requests", "happy.json");
  const ids: string[] = [];
  for (const [index, deviceGroupId] of groups.entries()) {
    const data = { ...(example["data"] as object), deviceGroupId, deadline: "PT6H" };
    ids.push(await submitted(rig, { ...example, id: `fault-${index}`, data }));
  }
  return ids;
}

/** Waits for all of them: each created once, told once how it ended, and nothing left. */
export async function expectFour(rig: Rig, ids: readonly string[], messagesLeft: () => number): Promise<void> {
  const rows = [];
  for (const id of ids) rows.push(await ended(rig, id, patienceMs));
  await rig.until("all messages to be gone", async () => messagesLeft() === 0, patienceMs);
  // Where a result could not be written, the deployment is found in a list, which tells of no devices that were left out.
  const isFound = /answer of the create was lost/i.test(rows[3]?.reason ?? "");
  expect(rows.map(({ outcome }) => outcome)).toEqual(isFound ? [...outcomes.slice(0, 3), "succeeded"] : outcomes);
  const events = await rig.events();
  for (const id of ids) {
    const mine = events
      .filter(({ subject }) => subject === id)
      .map(({ type }) => type.replace("drover.operation.", ""));
    expect(mine.filter((type) => outcomes.includes(type))).toHaveLength(1);
    // The bus knows no order: what was refused at first comes later.
    const beginnings = mine.filter((type) => type === "accepted" || type === "started");
    expect(beginnings.toSorted()).toEqual(["accepted", "started"]);
  }
  const { state } = rig.clouds.sphere;
  expect(groups.map((group) => state.acceptedCreates(group))).toEqual([2, 2, 1, 1]);
}
