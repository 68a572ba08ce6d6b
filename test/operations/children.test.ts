import { describe, expect, test } from "vitest";
import { operationKey } from "../../lib/contracts/operation.ts";
import type { Ports } from "../../lib/contracts/ports.ts";
import type { Polled } from "../../lib/contracts/provider.ts";
import { cancelOperation, resolveOperation } from "../../lib/operations/commands.ts";
import { takeTurn } from "../../lib/operations/turns.ts";
import { wrongAtTheEnd } from "../simulation/invariants.ts";
import { abandon, ByHand, dyingAt, rowOf } from "./by-hand.ts";
import { Fleet, idOf, serverNames, serversBody } from "./fleet.ts";

const untimed = { signal: new AbortController().signal, remainingMs: () => 120_000 };
const childrenOf = (fleet: Fleet) => fleet.rows().filter((row) => row.parent !== undefined);
const failed: Polled = { kind: "ended", status: "FAILED", outcome: "failed" };
const unknownStatus: Polled = { kind: "unclear", status: "odd" };

describe("a request for many servers", () => {
  test("becomes a parent with a child for each, and succeeds when all have", async () => {
    const fleet = new Fleet({ mode: "cloud" });
    fleet.submit(serversBody("r1", serverNames(120)));
    expect(await fleet.runUntilQuiet()).toBe(true);
    expect(wrongAtTheEnd(fleet.world.store)).toEqual([]);
    expect(childrenOf(fleet)).toHaveLength(120);
    expect(new Set(fleet.cloud.deployments.map((one) => one.group)).size).toBe(120);
    expect(fleet.row("r1")).toMatchObject({
      outcome: "succeeded",
      reason: "120 of 120 ended: 120 succeeded",
      result: { children: { total: 120, ended: { succeeded: 120 } } },
    });
    expect(fleet.eventsOf("r1")).toEqual(["accepted", "started", "succeeded"]);
    const event = fleet.world.store.events.find((one) => one.subject === childrenOf(fleet)[0]?.id);
    expect(event?.data).toMatchObject({ parent: idOf("r1"), requestType: "drover.heat.deploy" });
  });

  test("is one operation without children when there is one server", async () => {
    const fleet = new Fleet({ mode: "cloud" });
    fleet.submit(serversBody("r1", ["only"]));
    expect(await fleet.runUntilQuiet()).toBe(true);
    expect(fleet.rows()).toHaveLength(1);
    expect(fleet.row("r1")?.children).toBeUndefined();
  });

  test("hears of the last child at once, and writes nothing for the others", async () => {
    const fleet = new Fleet({ mode: "cloud" }, { durationMs: 600_000 });
    fleet.submit(serversBody("r1", serverNames(20)));
    expect(await fleet.runUntilQuiet()).toBe(true);
    const lastEnd = Math.max(...childrenOf(fleet).map((row) => row.endedAt ?? 0));
    expect((fleet.row("r1")?.endedAt ?? 0) - lastEnd).toBeLessThan(1_000);
    expect(fleet.row("r1")?.seq).toBeLessThan(8);
    // One wake-up for each child, and the parent's own polls: a wake-up that is answered by a message of its own starts a second chain.
    const sent = fleet.world.trace.filter((label) => label === "queue.send await-children").length;
    expect(sent).toBeLessThan(20 + 40);
  });

  test.each([
    ["partially-succeeded", [failed], "20 of 20 ended: 19 succeeded, 1 failed"],
    ["failed", Array.from({ length: 20 }, () => failed), "20 of 20 ended: 20 failed"],
    ["unknown", Array.from({ length: 119 }, () => unknownStatus), /20 of 20 ended: .*unknown/],
  ] as const)("ends as %s when its children do so", async (outcome, polls, reason) => {
    const fleet = new Fleet({ mode: "cloud" }, { polls: [...polls], durationMs: 0 });
    fleet.submit(serversBody("r1", serverNames(20)));
    expect(await fleet.runUntilQuiet()).toBe(true);
    expect(fleet.row("r1")?.outcome).toBe(outcome);
    expect(fleet.row("r1")?.reason).toMatch(reason);
  });

  test("tells of progress while it goes on", async () => {
    const fleet = new Fleet({ mode: "cloud" }, { durationMs: 3_600_000, polls: [failed] });
    fleet.submit(serversBody("r1", serverNames(5)));
    await fleet.world.run(() => false, 600_000);
    expect(fleet.row("r1")).toMatchObject({ state: "active", providerStatus: "1 of 5 ended: 1 failed" });
  });

  test("that is cancelled cancels every child, and ends when they have", async () => {
    const fleet = new Fleet({ mode: "cloud" }, { durationMs: 3_600_000 }, { inFlight: 2 });
    fleet.submit(serversBody("r1", serverNames(30)));
    await fleet.world.run(() => false, 60_000);
    expect(fleet.cloud.deployments).toHaveLength(2);
    await cancelOperation(fleet.world.outside, idOf("r1"), { by: "somebody" });
    await fleet.world.run(() => false, 5_000);
    expect(childrenOf(fleet).filter((row) => row.outcome === "cancelled")).toHaveLength(28);
    expect(await fleet.runUntilQuiet()).toBe(true);
    // What was started cannot be taken back at this provider; the others never begin.
    expect(fleet.cloud.deployments).toHaveLength(2);
    expect(fleet.row("r1")).toMatchObject({
      outcome: "partially-succeeded",
      result: { children: { total: 30, ended: { succeeded: 2, cancelled: 28 } } },
    });
    expect(wrongAtTheEnd(fleet.world.store)).toEqual([]);
  });

  test("that is cancelled before it begins makes no children", async () => {
    const fleet = new ByHand();
    fleet.submit(serversBody("r1", serverNames(30)));
    await fleet.step("inbox");
    await cancelOperation(fleet.ports, idOf("r1"), { by: "somebody" });
    expect(await fleet.runUntilQuiet()).toBe(true);
    expect(fleet.row("r1")).toMatchObject({ outcome: "cancelled", reason: "30 of 30 ended: 30 cancelled" });
    expect(childrenOf(fleet)).toEqual([]);
  });

  test("sends what a crash kept its children from sending when its message comes again", async () => {
    const fleet = new ByHand();
    fleet.submit(serversBody("r1", serverNames(2)));
    await fleet.step("inbox");
    fleet.pass(60_000);
    const delivery = fleet.next("start-children");
    await abandon(fleet.handle(delivery, fleet.process(dyingAt(fleet.ports, "send"))));
    expect(childrenOf(fleet)).toHaveLength(2);
    expect(childrenOf(fleet).map((child) => child.deadline)).toEqual([rowOf(fleet).deadline, rowOf(fleet).deadline]);
    expect(fleet.count("start-deployment")).toBe(0);
    await fleet.handle(delivery);
    expect(fleet.count("start-deployment")).toBe(2);
  });

  test("ends as timed-out after its children have, when the deadline passes", async () => {
    const fleet = new Fleet({ mode: "cloud" }, { durationMs: 48 * 3_600_000 });
    fleet.submit(serversBody("r1", serverNames(3)));
    expect(await fleet.runUntilQuiet()).toBe(true);
    const parent = fleet.row("r1");
    expect(parent).toMatchObject({ outcome: "timed-out", result: { children: { ended: { "timed-out": 3 } } } });
    for (const child of childrenOf(fleet)) expect(child.endedAt ?? 0).toBeLessThanOrEqual(parent?.endedAt ?? 0);
    expect(wrongAtTheEnd(fleet.world.store)).toEqual([]);
  });

  test("makes no child that does anything when it is frozen while it is cancelled", async () => {
    const fleet = new ByHand();
    fleet.submit(serversBody("r1", serverNames(2)));
    await fleet.step("inbox");
    // A function that read the row before the cancel goes on making children after the parent has ended.
    const gated = fleet.gate("child");
    const slow: Ports = {
      ...fleet.ports,
      ledger: {
        ...fleet.ports.ledger,
        create: (key, record) => fleet.io("child", () => undefined).then(() => fleet.ports.ledger.create(key, record)),
      },
    };
    const frozen = fleet.process(slow).handlers["start-children"]?.(fleet.next("start-children"), untimed);
    await gated.reached;
    await cancelOperation(fleet.ports, idOf("r1"), { by: "somebody" });
    expect(await fleet.runUntilQuiet()).toBe(true);
    expect(fleet.row("r1")?.outcome).toBe("cancelled");
    gated.open();
    await frozen;
    expect(await fleet.runUntilQuiet()).toBe(true);
    expect(childrenOf(fleet).map((row) => row.outcome)).toEqual(["cancelled", "cancelled"]);
    expect(fleet.cloud.deployments).toEqual([]);
  });

  test("whose deadline passes before all children are made counts the others as timed out", async () => {
    const fleet = new ByHand();
    fleet.submit(serversBody("r1", serverNames(60), { deadline: "PT10M" }));
    await fleet.step("inbox");
    await fleet.step("start-children");
    expect(childrenOf(fleet)).toHaveLength(50);
    await fleet.world.run(() => childrenOf(fleet).every((row) => row.state === "ended"), 5 * 60_000);
    // The message that makes the others is late.
    expect(childrenOf(fleet)).toHaveLength(60);
    const late = new ByHand();
    late.submit(serversBody("r1", serverNames(60), { deadline: "PT10M" }));
    await late.step("inbox");
    await late.step("start-children");
    late.pass(11 * 60_000);
    expect(await late.runUntilQuiet()).toBe(true);
    expect(childrenOf(late)).toHaveLength(50);
    expect(late.row("r1")?.result).toMatchObject({ children: { total: 60, ended: { "timed-out": 60 } } });
    expect((late.row("r1")?.endedAt ?? 0) - (late.row("r1")?.deadline ?? 0)).toBeLessThan(5 * 60_000);
  });

  test("whose connection is not configured any more still reaches its children with a cancel", async () => {
    const fleet = new Fleet({ mode: "cloud" }, { durationMs: 3_600_000 }, { inFlight: 1 });
    fleet.submit(serversBody("r1", serverNames(5)));
    await fleet.world.run(() => false, 60_000);
    fleet.cloud.configured = false;
    await cancelOperation(fleet.world.outside, idOf("r1"), { by: "somebody" });
    await fleet.world.run(() => false, 60_000);
    const asked = childrenOf(fleet).filter((row) => row.cancelRequested !== undefined);
    expect(asked).toHaveLength(5);
  });

  test("succeeds when a person has settled the child that nobody knew of", async () => {
    const fleet = new Fleet({ mode: "cloud" }, { durationMs: 600_000, creates: ["lose-reply"], finds: ["ambiguous"] });
    fleet.submit(serversBody("r1", serverNames(2)));
    const unknown = () => childrenOf(fleet).find((row) => row.outcome === "unknown");
    await fleet.world.run(() => unknown() !== undefined, 300_000);
    const note = { by: "ada", note: "looked" };
    await resolveOperation(fleet.world.outside, unknown()?.id ?? "", "succeeded", note, 1_000_000);
    expect(await fleet.runUntilQuiet()).toBe(true);
    expect(fleet.row("r1")?.outcome).toBe("succeeded");
  });

  test("is refused from the source that is kept for children", async () => {
    const fleet = new Fleet({ mode: "cloud" });
    fleet.submit(serversBody("r1", ["one"]).replace('"/test"', '"/drover"'));
    await fleet.runUntilQuiet();
    expect(fleet.rows()).toEqual([]);
    expect(fleet.world.store.events.at(-1)?.data.problems).toEqual([
      "source: expected one of your own, /drover is kept for what Drover starts itself",
    ]);
  });
});

/** The most that were under way at the same time. */
function mostAtOnce(fleet: Fleet): number {
  const { deployments } = fleet.cloud;
  return Math.max(
    ...deployments.map(
      (one) => deployments.filter((two) => two.startedAt <= one.startedAt && one.startedAt < two.endsAt).length,
    ),
  );
}

/** The most that began within any time of that length. */
function mostWithin(fleet: Fleet, ms: number): number {
  const starts = fleet.cloud.deployments.map((one) => one.startedAt).sort((a, b) => a - b);
  return Math.max(...starts.map((from) => starts.filter((at) => at >= from && at < from + ms).length));
}

describe("the limits of a connection", () => {
  test("let no more operations be in flight than asked for, also with every message delivered twice", async () => {
    for (const duplicates of ["none", "concurrent", "late"] as const) {
      const fleet = new Fleet({ mode: "cloud", duplicates }, { durationMs: 100_000 }, { inFlight: 4 });
      fleet.submit(serversBody("r1", serverNames(30)));
      expect(await fleet.runUntilQuiet(24 * 3_600_000)).toBe(true);
      expect(fleet.cloud.deployments).toHaveLength(30);
      // An operation's end is seen by a poll after it: the fleet's own count is the one that holds.
      expect(mostAtOnce(fleet)).toBeLessThanOrEqual(4);
      expect(wrongAtTheEnd(fleet.world.store)).toEqual([]);
    }
  });

  test("let more wait than a line can hold", async () => {
    const fleet = new Fleet({ mode: "cloud" }, { durationMs: 5_000 }, { inFlight: 50 });
    fleet.submit(serversBody("r1", serverNames(400)));
    expect(await fleet.runUntilQuiet(24 * 3_600_000)).toBe(true);
    expect(fleet.row("r1")?.outcome).toBe("succeeded");
    expect(mostAtOnce(fleet)).toBeLessThanOrEqual(50);
  }, 120_000);

  test("keep the changes of any minute below the number asked for, and use it up", async () => {
    const fleet = new Fleet({ mode: "cloud" }, { durationMs: 5_000 }, { changesPerMinute: 10 });
    fleet.submit(serversBody("r1", serverNames(60)));
    expect(await fleet.runUntilQuiet(24 * 3_600_000)).toBe(true);
    expect(mostWithin(fleet, 60_000)).toBeLessThanOrEqual(10);
    const starts = fleet.cloud.deployments.map((one) => one.startedAt);
    expect(Math.max(...starts) - Math.min(...starts)).toBeLessThan(8 * 60_000);
  });

  test("keep the changes of any minute below the number asked for, also when the reads before them are slow", async () => {
    const prepareMs = (call: number) => (Math.floor((call - 1) / 10) % 2 === 0 ? 50_000 : 0);
    const fleet = new Fleet({ mode: "cloud" }, { durationMs: 5_000, prepareMs }, { changesPerMinute: 10 });
    fleet.submit(serversBody("r1", serverNames(60)));
    expect(await fleet.runUntilQuiet(24 * 3_600_000)).toBe(true);
    expect(fleet.cloud.deployments).toHaveLength(60);
    expect(mostWithin(fleet, 60_000)).toBeLessThanOrEqual(10);
  });

  test("give a place free when its operation fails, is cancelled or stays unknown", async () => {
    const fleet = new Fleet(
      { mode: "cloud" },
      { creates: ["refuse"], finds: ["ambiguous"], polls: [failed] },
      { inFlight: 1 },
    );
    fleet.cloud.behaviour.creates.push("lose-reply");
    fleet.submit(serversBody("r1", serverNames(6)));
    expect(await fleet.runUntilQuiet()).toBe(true);
    expect(fleet.row("r1")?.result).toMatchObject({ children: { ended: { succeeded: 3, failed: 2, unknown: 1 } } });
    // The next one begins when the one before ends, and not when the sweep comes by.
    const unknownAt = childrenOf(fleet).find((row) => row.outcome === "unknown")?.endedAt ?? 0;
    const begun = childrenOf(fleet).flatMap((row) => row.history.filter((entry) => entry.what === "intent-written"));
    const next = Math.min(...begun.map((entry) => entry.at).filter((at) => at >= unknownAt));
    expect(next - unknownAt).toBeLessThan(5_000);
  });

  test("do not count the place of an operation that has ended and could not give it back", async () => {
    const fleet = new Fleet({ mode: "cloud" }, { durationMs: 3_600_000 }, { inFlight: 1 });
    fleet.submit(serversBody("r1", ["one"]));
    await fleet.world.run(() => fleet.row("r1")?.handle !== undefined, 60_000);
    const { ledger } = fleet.world.outside;
    const stored = await ledger.read(operationKey(idOf("r1")));
    if (stored?.record.kind !== "operation") throw new Error("no row");
    const wanted = { resource: stored.record.place?.resource ?? "", capacity: 1 };
    const other = { operation: idOf("r2"), k: 1 };
    expect(await takeTurn(fleet.world.outside, other, wanted, false)).toMatchObject({ kind: "taken" });
    await ledger.write(stored.key, { ...stored.record, state: "ended", outcome: "unknown" }, stored.version);
    expect(await takeTurn(fleet.world.outside, other, wanted, false)).toEqual({ kind: "held" });
  });
});
