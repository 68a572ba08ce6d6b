import { describe, expect, it } from "vitest";
import type { SettingsPatch } from "../../../emulators/aws-panorama/index.ts";
import { Harness, plain } from "./harness.ts";

interface Item {
  readonly Name: string;
  readonly DeviceId: string;
}

async function page(harness: Harness, query = ""): Promise<{ names: string[]; token: string | null }> {
  const { status, text } = await harness.ask("GET", `/devices${query}`);
  expect(status).toBe(200);
  const { Devices, NextToken }: { Devices: Item[]; NextToken?: string } = JSON.parse(text);
  return { names: Devices.map(({ Name }) => Name), token: NextToken ?? null };
}

async function filled(settings: SettingsPatch = plain): Promise<Harness> {
  const harness = new Harness(settings);
  for (const name of ["cam-1", "door", "cam-10", "Cam-2", "cam-3"]) {
    await harness.provision(name);
    harness.tick(1_000);
  }
  return harness;
}

describe("lists of devices", () => {
  it("begin with the newest, filter by a prefix with its case, and sort as told", async () => {
    const harness = await filled();
    const names = async (query: string) => (await page(harness, query)).names;
    expect(await names("")).toEqual(["cam-3", "Cam-2", "cam-10", "door", "cam-1"]);
    expect(await names("?SortOrder=ASCENDING")).toEqual(["cam-1", "door", "cam-10", "Cam-2", "cam-3"]);
    expect(await names("?NameFilter=cam-1&SortBy=NAME")).toEqual(["cam-1", "cam-10"]);
    expect(await names("?NameFilter=oor")).toEqual([]);
    expect(await names("?SortBy=NAME")).toEqual(["Cam-2", "cam-1", "cam-10", "cam-3", "door"]);
    expect(await names("?SortBy=NAME&SortOrder=DESCENDING")).toEqual(["door", "cam-3", "cam-10", "cam-1", "Cam-2"]);
    harness.emulator.appliance.end(harness.emulator.state.devices("door")[0]?.id ?? "", "FAILED");
    expect(await names("?DeviceAggregatedStatusFilter=FAILED")).toEqual(["door"]);
    expect((await names("?SortBy=DEVICE_AGGREGATED_STATUS")).at(-1)).toBe("door");
    const ids = harness.emulator.state.devices().toSorted((a, b) => (a.id < b.id ? -1 : 1));
    expect(await names("?SortBy=DEVICE_ID")).toEqual(ids.map(({ name }) => name));
  });

  it("come in pages whose tokens hold for the same question only", async () => {
    const harness = await filled({ ...plain, pageSize: 2 });
    const first = await page(harness);
    const token = `NextToken=${first.token}`;
    const second = await page(harness, `?${token}`);
    const third = await page(harness, `?NextToken=${second.token}&MaxResults=0`);
    expect([first.names, second.names, third.names, third.token]).toEqual([
      ["cam-3", "Cam-2"],
      ["cam-10", "door"],
      ["cam-1"],
      null,
    ]);
    expect((await page(harness, `?${token}&MaxResults=25`)).names).toHaveLength(3);
    for (const other of [
      "NameFilter=cam",
      "SortOrder=ASCENDING",
      "SortBy=NAME",
      "DeviceAggregatedStatusFilter=ONLINE",
    ]) {
      expect((await harness.ask("GET", `/devices?${token}&${other}`)).status).toBe(400);
    }
  });

  it("skip nothing when devices come and go between the pages", async () => {
    const harness = await filled({ ...plain, deletion: "at-once" });
    const first = await page(harness, "?MaxResults=2");
    harness.emulator.otherWriter.write({ kind: "delete", name: "Cam-2" });
    harness.emulator.otherWriter.write({ kind: "provision", name: "new" });
    const second = await page(harness, `?MaxResults=2&NextToken=${first.token}`);
    expect(second.names).toEqual(["cam-10", "door"]);
  });

  it("can have empty pages before the last one, or full ones", async () => {
    const short = await filled({ ...plain, pageSize: 2 });
    const empty = await page(short, "?NameFilter=cam-1");
    expect(empty.names).toEqual([]);
    const next = await page(short, `?NameFilter=cam-1&NextToken=${empty.token}`);
    expect(next.names).toEqual(["cam-10"]);
    const full = await filled({ ...plain, pageSize: 2, filteredPages: "full" });
    expect(await page(full, "?NameFilter=cam-1")).toEqual({ names: ["cam-10", "cam-1"], token: null });
  });

  it("show a device, a change and a deletion only after their delay", async () => {
    const harness = new Harness({ ...plain, listDelayMs: 3_000, describeDelayMs: 1_000 });
    const seeded = harness.emulator.seedDevice({ name: "old" });
    expect((await page(harness, "?NameFilter=old")).names).toEqual(["old"]);
    expect((await harness.ask("GET", `/devices/${seeded}`)).status).toBe(200);
    harness.emulator.configure({ deletion: "at-once" });
    harness.emulator.otherWriter.write({ kind: "delete", name: "old" });
    harness.emulator.configure({ deletion: "deleting-first" });
    harness.tick(3_000);
    const { id } = await harness.device("cam-1", { Description: "one" });
    const described = async () => (await harness.ask("GET", `/devices/${id}`)).status;
    expect([(await page(harness)).names, await described()]).toEqual([[], 404]);
    harness.tick(1_000);
    expect([(await page(harness)).names, await described()]).toEqual([[], 200]);
    harness.tick(2_000);
    expect((await page(harness)).names).toEqual(["cam-1"]);
    const item = async () => (await harness.ask("GET", "/devices")).text;
    expect((await harness.ask("PUT", `/devices/${id}`, { Description: "two" })).status).toBe(200);
    expect(await item()).toContain('"one"');
    harness.tick(3_000);
    expect(await item()).toContain('"two"');
    await harness.ask("DELETE", `/devices/${id}`);
    harness.tick(20_000);
    expect(harness.emulator.state.devices()).toEqual([]);
    expect([(await page(harness)).names, await described()]).toEqual([["cam-1"], 200]);
    harness.tick(1_000);
    expect([(await page(harness)).names, await described()]).toEqual([["cam-1"], 404]);
    harness.tick(2_000);
    expect((await page(harness)).names).toEqual([]);
  });
});
