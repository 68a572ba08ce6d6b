import { describe, expect, test } from "vitest";
import { sha256Hex } from "../../lib/contracts/identifiers.ts";
import { canary, fileName, inPhase, lifeMs, phase } from "./handoff-harness.ts";
import { handoffWorld, refusal } from "./handoff-world.ts";

const time = (ms: number) => new Date(ms).toISOString();

describe("how far a hand-over is", () => {
  test("says what it is, how long it lives and which command takes it", async () => {
    const { provision, offer, see, time: clock, row } = handoffWorld();
    const id = await provision();
    await offer(id);
    const at = clock.now();
    clock.pass(1_500);
    const { deadline, updatedAt } = await row(id);
    expect((await see("ines", id)).body).toEqual({
      operation: id,
      type: "drover.aws-panorama.provision",
      connection: "panorama",
      phase: "offered",
      what: "the configuration archive of device cam-1",
      instructions: expect.stringContaining(fileName),
      fileName,
      bytes: canary.length,
      sha256: sha256Hex(canary),
      expiresAt: time(at + lifeMs),
      secondsLeft: 298,
      ready: { by: "ines", at: time(at) },
      deadline: time(deadline),
      updatedAt: time(updatedAt),
      next: `drover handoff fetch ${id} --out ${fileName}`,
    });
  });

  test.each([
    ["not-begun", {}, "drover explain ID"],
    ["awaiting", inPhase(phase("awaiting", { used: 0 })), "drover handoff ready ID"],
    ["minting", inPhase(phase("minting")), "drover watch ID"],
    ["following", inPhase(phase("following")), "drover watch ID"],
    ["removing", inPhase(phase("removing", { afterwards: { kind: "mint" } })), "drover watch ID"],
    [
      "removing",
      inPhase(phase("removing", { afterwards: { kind: "await", code: "not-used", reason: "x" } })),
      "drover handoff ready ID",
    ],
    ["finishing", inPhase(phase("finishing")), "drover watch ID"],
    ["awaiting", inPhase(phase("awaiting"), { cancelRequested: { at: 1, by: "ops" } }), "drover watch ID"],
    ["ended", { state: "ended", outcome: "succeeded" }, "drover operations show ID"],
    ["ended", { state: "ended", outcome: "unknown" }, "drover explain ID"],
    ["ended", { state: "ended", outcome: "timed-out", handle: { of: "a later release" } }, "drover submit --again ID"],
  ] as const)("is %s, and %o goes on with %s", async (expected, change, next) => {
    const { provision, patch, see } = handoffWorld();
    const id = await provision();
    await patch(id, change);
    expect((await see("ines", id)).body).toMatchObject({ phase: expected, next: next.replace("ID", id) });
  });

  test("goes on by itself once somebody stands ready, for as long as he is taken to", async () => {
    const { provision, patch, ready, see, time: clock } = handoffWorld();
    const id = await provision();
    await patch(id, inPhase(phase("awaiting", { used: 0 })));
    await ready("ines", id);
    expect((await see("ines", id)).body["next"]).toBe(`drover watch ${id}`);
    clock.pass(15 * 60_000);
    expect((await see("ines", id)).body["next"]).toBe(`drover handoff ready ${id}`);
  });

  test("says who has it, and how long it was good then", async () => {
    const { provision, offer, fetch, see, ask, time: clock } = handoffWorld();
    const id = await provision();
    await offer(id);
    clock.pass(1);
    await fetch("ines", id);
    const fetched = { by: "ines", at: time(clock.now()), secondsLeft: 299 };
    expect((await see("otto", id)).body).toMatchObject({ fetched, next: `drover watch ${id}` });
    const { pickup } = (await ask("ops", "GET", `/operations/${id}`)).body;
    expect(pickup).toEqual({ ready: { by: "ines", at: time(clock.now() - 1) }, fetched });
  });

  test("says that it is dead, and what helps", async () => {
    const { provision, offer, see, time: clock } = handoffWorld();
    const id = await provision();
    await offer(id);
    clock.pass(lifeMs + 5_000);
    expect((await see("ines", id)).body).toMatchObject({ secondsLeft: 0, next: `drover handoff ready ${id}` });
  });

  test("says how it ended", async () => {
    const { provision, patch, see } = handoffWorld();
    const id = await provision();
    const how = { outcome: "timed-out", code: "not-used", reason: "Nobody used it" } as const;
    await patch(id, { ...inPhase(phase("finishing")), ...how, state: "ended" });
    expect((await see("ines", id)).body).toMatchObject({ phase: "ended", ...how });
  });

  test("says what it waits for", async () => {
    const { provision, patch, see } = handoffWorld();
    const id = await provision();
    await patch(id, { ...inPhase(phase("minting")), waitingFor: { code: "paused", detail: "by ops", since: 7 } });
    expect((await see("ines", id)).body["waitingFor"]).toEqual({ code: "paused", detail: "by ops", since: time(7) });
  });

  test("is held back until something changes", async () => {
    const { provision, patch, ready, see, ask, time: clock } = handoffWorld();
    const id = await provision();
    await patch(id, inPhase(phase("awaiting", { used: 0 })));
    const since = String((await see("ines", id)).body["updatedAt"]);
    const waiting = ask("ines", "GET", `/handoffs/${id}?wait=20&since=${since}`);
    let isAnswered = false;
    waiting.finally(() => {
      isAnswered = true;
    });
    await clock.advance(5_000);
    expect(isAnswered).toBe(false);
    await ready("otto", id);
    await clock.advance(1_000);
    expect((await waiting).body["ready"]).toMatchObject({ by: "otto" });
    expect(refusal(await ask("ines", "GET", `/handoffs/${id}?wait=31`))).toEqual([400, "invalid-parameter"]);
    expect(refusal(await ask("ines", "GET", `/handoffs/${id}?colour=red`))).toEqual([400, "invalid-parameter"]);
  });

  test("is forgotten with its operation", async () => {
    const { provision, patch, see, ledger } = handoffWorld();
    const id = await provision();
    const { v, nonce, contentHash } = await patch(id, {});
    const stored = await ledger.read(`operation/${id}`);
    const kept = { outcome: "succeeded", endedAt: 1, retainUntil: Number.MAX_SAFE_INTEGER } as const;
    await ledger.write(
      `operation/${id}`,
      { kind: "tombstone", v, id, nonce, contentHash, ...kept },
      stored?.version ?? "",
    );
    expect(refusal(await see("ines", id))).toEqual([404, "forgotten"]);
  });
});
