import { describe, expect, onTestFinished, test } from "vitest";
import { demoIds } from "../../emulators/azure-sphere/index.ts";
import type { ProxiedRequest, ProxyFault } from "../platforms/aws/fault-proxy.ts";
import { busy, lostAfter, lostBefore, refusedInJson, refusedWith, tablesBusy } from "../platforms/azure/faults.ts";
import { turns } from "../platforms/local/manual-time.ts";
import { SeededRandomness } from "../simulation/virtual-clock.ts";
import type { Service } from "./azure-cloud.ts";
import { type AzureRig, azureRig } from "./azure-rig.ts";
import { chains } from "./chains.ts";
import { exampleOf } from "./clouds.ts";
import { expectFour, submitFour } from "./four-deployments.ts";
import { ended, submitted } from "./rig.ts";

const often = { times: Number.POSITIVE_INFINITY };
const later = { "retry-after": "3" };

/** What each service says when it does not do what it is asked. */
const throttles: Readonly<Record<Service, readonly ProxyFault[]>> = {
  queues: [busy, refusedWith(503, "ServerBusy", later), refusedWith(500, "InternalError")],
  tables: [
    tablesBusy,
    { ...tablesBusy, headers: { ...tablesBusy.headers, ...later } },
    refusedInJson(500, "InternalError"),
  ],
  blobs: [busy, refusedWith(503, "ServerBusy", later), refusedWith(500, "InternalError")],
  topic: [refusedWith(503, ""), refusedWith(429, "", later), refusedWith(500, "")],
  vault: [refusedWith(429, "", later), refusedWith(503, ""), refusedWith(500, "")],
};

/** What networks and services do to calls, by chance of a seed: of all services, and of logins too. */
function injectFaults({ cloud }: AzureRig, random: SeededRandomness): void {
  for (const [service, refusals] of Object.entries(throttles) as [Service, readonly ProxyFault[]][]) {
    const proxy = cloud.proxies[service];
    const sometimes =
      (share: number, fits: (request: ProxiedRequest) => boolean = () => true) =>
      (request: ProxiedRequest) =>
        fits(request) && random.fraction() < share;
    // What was done, and nobody hears of it. Sends and events are few beside what is asked of the table.
    const share = service === "tables" ? 0.12 : 0.2;
    proxy.on(
      sometimes(share, ({ method }) => method !== "GET"),
      lostAfter,
      often,
    );
    proxy.on(sometimes(0.05), lostBefore, often);
    for (const refusal of refusals) proxy.on(sometimes(0.04), refusal, often);
  }
}

const messagesLeft = ({ cloud }: AzureRig) => cloud.queueNames.flatMap((name) => cloud.queues.messages(name));

describe("calls of Azure that fail", () => {
  test.each([1, 2, 3, 4])(
    "lose and double nothing (seed %i)",
    async (seed) => {
      const random = new SeededRandomness(seed);
      const rig = await azureRig();
      onTestFinished(() => rig.close());
      injectFaults(rig, random);
      const ids = await submitFour(rig);
      for (let cold = 0; cold < 4; cold += 1) {
        let steps = 1 + random.below(6);
        await rig.until("some time", async () => steps-- === 0);
        // Between two messages, or while functions are at work: whatever those still do is what a process does that was only frozen.
        const atWork = cold % 2 === 0 ? undefined : rig.host.step();
        await turns(random.below(10));
        await rig.recycle();
        await atWork;
      }
      await expectFour(rig, ids, () => messagesLeft(rig).length);
      const faulty = (service: Service) =>
        rig.cloud.proxies[service].log.filter(({ fault }) => fault !== undefined).length;
      expect(faulty("tables")).toBeGreaterThan(15);
      expect(faulty("queues") + faulty("topic")).toBeGreaterThan(5);
    },
    300_000,
  );

  test("that are throttled or never answered are repeated within the invocation", async () => {
    const rig = await azureRig({ requestTimeoutMs: 250 });
    onTestFinished(() => rig.close());
    const { tables, queues, topic, vault } = rig.cloud.proxies;
    const isWrite = ({ method }: ProxiedRequest) => method !== "GET";
    const hung = [tables, queues, topic].map((proxy) => proxy.on(isWrite, { kind: "hang-after" }, { skip: 1 }));
    const throttled = tables.on(({ method }) => method === "GET", tablesBusy, { times: 2, skip: 1 });
    const logins = vault.on(({ path }) => path.includes("/msi/token"), refusedWith(500, ""));
    expect(await ended(rig, await submitted(rig, exampleOf("requests", "happy.json")))).toMatchObject({
      outcome: "succeeded",
    });
    expect([throttled.hits, logins.hits, ...hung.map(({ hits }) => hits)]).toEqual([2, 1, 1, 1, 1]);
    // No message had to come again for it, neither from the host nor as another one.
    expect(queues.log.filter(({ body }) => body.includes("again"))).toEqual([]);
    const levels = rig.lines.map((line) => JSON.parse(line).level);
    expect(levels.filter((level) => level === "warn" || level === "error")).toEqual([]);
    const queued = rig.host.invocations.filter(({ trigger }) => trigger === "queue");
    expect(queued.every(({ dequeueCount, settlement }) => dequeueCount === 1 && settlement === "deleted")).toBe(true);
    expect(rig.clouds.sphere.state.acceptedCreates(demoIds.groups.happy)).toBe(1);
  });

  test("of blobs neither lose nor double what is handed over", async () => {
    const rig = await azureRig();
    onTestFinished(() => rig.close());
    const { blobs } = rig.cloud.proxies;
    const asked = (method: string, part: string) => (request: ProxiedRequest) =>
      request.method === method && request.path.includes(part);
    const rules = [
      // Whoever makes the sealing key first takes a lease for it.
      blobs.on(asked("PUT", "/turns/"), busy),
      blobs.on(asked("PUT", "/turns/"), lostAfter, { skip: 1 }),
      // What is to be handed over is put once, and marked as taken.
      blobs.on(asked("PUT", "/handoffs/"), lostAfter),
      blobs.on(asked("PUT", "/handoffs/"), lostAfter, { skip: 1 }),
      blobs.on(asked("GET", "/handoffs/"), lostBefore),
      blobs.on(asked("HEAD", "/handoffs/"), refusedWith(500, "")),
    ];
    const handed = chains.find(({ name }) => name === "a claim of AWS IoT, handed over to somebody");
    await handed?.run(rig);
    expect(rules.map(({ hits }) => hits)).toEqual([1, 1, 1, 1, 1, 1]);
    const types = (await rig.events()).map(({ type }) => type.replace("drover.operation.", ""));
    expect(types.filter((type) => type === "succeeded")).toHaveLength(1);
    await rig.until("all messages to be gone", async () => messagesLeft(rig).length === 0);
  });
});

describe("an operation on Azure", () => {
  test("costs one send for each hop, six writes of its own, and two for its turn", async () => {
    const rig = await azureRig({ sphereMs: 20_000 });
    onTestFinished(() => rig.close());
    const id = await submitted(rig, exampleOf("requests", "happy.json"));
    expect(await ended(rig, id)).toMatchObject({ outcome: "succeeded" });
    const { tables, queues, topic, blobs, vault } = rig.cloud.proxies;
    const queued = rig.host.invocations.filter(({ trigger }) => trigger === "queue");
    const polls = queued.filter((each) => each.function === "poll-operation").length;
    const writesOf = (part: string) =>
      tables.log.filter(
        ({ method, path, body }) => method !== "GET" && `${decodeURIComponent(path)} ${body}`.includes(part),
      ).length;
    const [own, turn, due, list] = ['PartitionKey":"row.operation', "row.turn", "'due.", "'list."].map(writesOf);
    const reads = tables.log.filter(({ method }) => method === "GET").length;
    const sends = queues.log.length;
    // The host receives and removes each message; what it asks for in vain costs the same without any operation.
    const transactions = tables.log.length + sends + blobs.log.length + 2 * queued.length;
    console.log(
      `${polls} polls: ${queued.length} invocations, ${sends} sends, ${tables.log.length - reads} writes to the table (${own} of the operation, ${turn} of its turn, ${due} and ${list} of indexes), ${reads} reads, ${transactions} transactions of storage in all, ${topic.log.length} calls with events, ${vault.log.length} for secrets`,
    );
    expect(rig.host.invocations).toHaveLength(queued.length);
    expect(polls).toBeGreaterThanOrEqual(10);
    // The message in the inbox is somebody else's; every other hop is one send.
    expect(sends).toBe(queued.length - 1);
    expect([own, turn]).toEqual([6, 2]);
    expect(due).toBeLessThanOrEqual(5);
    expect(list).toBeLessThanOrEqual(3);
    expect(tables.log.length - reads).toBe((own ?? 0) + (turn ?? 0) + (due ?? 0) + (list ?? 0));
    // One for each poll, and those of the beginning and the end.
    expect(reads).toBeLessThanOrEqual(polls + 4);
    expect([topic.log.length, blobs.log.length, vault.log.length]).toEqual([3, 0, 2]);
    // Sent, received and removed, and its row read: what a poll costs.
    expect(transactions).toBeLessThanOrEqual(4 * queued.length + 18);
  });
});
