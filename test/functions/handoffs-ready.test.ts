import { describe, expect, test } from "vitest";
import { inPhase, lifeMs, phase } from "./handoff-harness.ts";
import { handoffWorld, refusal } from "./handoff-world.ts";

const awaiting = phase("awaiting", { mint: 0, used: 0 });

describe("whoever stands ready", () => {
  test("says so once, with a note, and the operation goes on at once", async () => {
    const { provision, patch, ready, row, time } = handoffWorld();
    const id = await provision();
    await patch(id, inPhase(awaiting));
    const first = await ready("ines", id, { note: "ladder is up" });
    expect([first.status, first.body]).toEqual([202, { operation: id, ready: "ready" }]);
    const again = await ready("otto", id);
    expect([again.status, again.body]).toEqual([200, { operation: id, ready: "already" }]);
    const { pickup, owedStep, step, history } = await row(id);
    expect(pickup).toEqual({ ready: { count: 1, by: "ines", at: time.now() } });
    expect([owedStep?.notBefore, step]).toEqual([time.now(), "provision-panorama-device"]);
    expect(history.at(-1)?.detail).toBe("ines stands ready: ladder is up");
  });

  test("says so again when the first word is too old", async () => {
    const { provision, patch, ready, row, time } = handoffWorld();
    const id = await provision();
    await patch(id, inPhase(awaiting));
    await ready("ines", id);
    time.pass(15 * 60_000);
    expect((await ready("ines", id)).status).toBe(202);
    expect((await row(id)).pickup?.ready?.count).toBe(2);
  });

  test.each([
    ["minting", phase("minting")],
    ["removing", phase("removing", { afterwards: { kind: "mint" } })],
  ])("has nothing to change while it is %s", async (_, state) => {
    const { provision, patch, ready } = handoffWorld();
    const id = await provision();
    await patch(id, inPhase(state));
    expect((await ready("ines", id)).body).toMatchObject({ ready: "already" });
  });

  test("asks for another one when the one that waits has died, and not before", async () => {
    const { provision, offer, ready, time } = handoffWorld();
    const id = await provision();
    await offer(id);
    time.pass(lifeMs - 1);
    expect((await ready("ines", id)).status).toBe(200);
    time.pass(1);
    expect((await ready("ines", id)).status).toBe(202);
  });

  test("asks for another one when what he has fetched did not arrive; another one waits until it cannot be in use", async () => {
    const { provision, offer, fetch, ready, time, row } = handoffWorld();
    const id = await provision();
    await offer(id);
    expect((await fetch("ines", id)).status).toBe(200);
    expect(refusal(await ready("otto", id))).toEqual([409, "fetched-by-another"]);
    expect((await ready("ines", id)).status).toBe(202);
    expect((await ready("ines", id)).status).toBe(200);
    expect((await row(id)).pickup?.ready?.count).toBe(2);
    const second = await provision({}, "two");
    await offer(second);
    await fetch("ines", second);
    time.pass(lifeMs);
    expect(refusal(await ready("otto", second))).toEqual([409, "fetched-by-another"]);
    time.pass(15 * 60_000);
    expect((await ready("otto", second)).status).toBe(202);
  });

  test.each([
    ["has not begun", {}, "not-begun"],
    ["has ended", { state: "ended", outcome: "succeeded" }, "operation-ended"],
    ["is being cancelled", inPhase(awaiting, { cancelRequested: { at: 1, by: "ops" } }), "ending"],
    ["finishes", inPhase(phase("finishing")), "ending"],
  ] as const)("is refused by an operation that %s", async (_, change, code) => {
    const { provision, patch, ready, row } = handoffWorld();
    const id = await provision();
    await patch(id, change);
    expect(refusal(await ready("ines", id))).toEqual([409, code]);
    expect((await row(id)).pickup).toBeUndefined();
  });

  test("is refused by an operation that hands nothing over", async () => {
    const { deploy, ready, see, fetch } = handoffWorld();
    const id = await deploy();
    for (const answer of [await ready("ines", id), await see("ines", id), await fetch("ines", id)]) {
      expect(refusal(answer)).toEqual([409, "nothing-to-hand-over"]);
    }
  });

  test("sends a note and nothing else", async () => {
    const { provision, patch, ready } = handoffWorld();
    const id = await provision();
    await patch(id, inPhase(awaiting));
    expect((await ready("ines", id, { by: "otto" })).status).toBe(422);
    expect((await ready("ines", id, { note: "x".repeat(5_000) })).status).toBe(422);
    expect((await ready("ines", id, ["ready"])).status).toBe(422);
  });
});

describe("where the request names installers", () => {
  test("others are refused, also a client that calls itself owner", async () => {
    const { provision, offer, ready, fetch, row, handoffs } = handoffWorld();
    const id = await provision({ installers: ["ines"] });
    const handoff = await offer(id);
    for (const who of ["otto", "owner"] as const) {
      expect(refusal(await ready(who, id))).toEqual([403, "not-allowed"]);
      expect(refusal(await fetch(who, id))).toEqual([403, "not-allowed"]);
    }
    expect((await row(id)).pickup?.fetched).toBeUndefined();
    expect(await handoffs.describe(handoff)).toBeDefined();
    expect((await fetch("ines", id)).status).toBe(200);
  });

  test("the owner of this Drover need not be among them, under whatever name", async () => {
    const { provision, patch, offer, asOwner, row } = handoffWorld();
    const id = await provision({ installers: ["ines"] });
    await patch(id, inPhase(awaiting));
    expect((await asOwner("cli:ada", "POST", `/operations/${id}/actions/ready`)).status).toBe(202);
    await offer(id);
    expect((await asOwner("cli:ada", "POST", `/handoffs/${id}/fetch`)).status).toBe(200);
    expect((await row(id)).pickup?.fetched?.by).toBe("cli:ada");
  });

  test("nobody may who is not allowed to pick up, nor sees it who may not see it", async () => {
    const { provision, offer, ready, fetch, see, ask } = handoffWorld();
    const id = await provision();
    await offer(id);
    for (const answer of [await ready("ops", id), await fetch("ops", id), await see("ops", id)]) {
      expect(refusal(answer)).toEqual([403, "not-allowed"]);
    }
    for (const answer of [await ready("crm", id), await fetch("crm", id), await see("crm", id)]) {
      expect(refusal(answer)).toEqual([404, "not-found"]);
    }
    expect((await ask("ines", "GET", `/operations/${id}`)).status).toBe(403);
    expect((await fetch("ines", id)).status).toBe(200);
  });

  test.each(["abc", "a".repeat(52), "%2e%2e%2fturn", "A".repeat(52), "a%00b", "x".repeat(300)])(
    "there is nothing under %s",
    async (id) => {
      const { ready, see, fetch } = handoffWorld();
      for (const answer of [await ready("ines", id), await see("ines", id), await fetch("ines", id)]) {
        expect(answer.status).toBe(404);
        expect(answer.headers.get("content-type")).toBe("application/problem+json");
      }
    },
  );
});
