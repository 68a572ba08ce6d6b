import { describe, expect, onTestFinished, test, vi } from "vitest";
import { listenHttp } from "../../cli/http-listener.ts";
import { whenFetched } from "../../functions/hand-over/pickup.ts";
import { servedOnce } from "../../functions/receive-webhook/handed-over/serve.ts";
import { RetryableError } from "../../lib/contracts/errors.ts";
import { sha256Hex } from "../../lib/contracts/identifiers.ts";
import { claimHandoff } from "../../lib/operations/pickup.ts";
import { canary, fileName, inPhase, lifeMs, phase } from "./handoff-harness.ts";
import { handoffWorld, refusal, tokenOf } from "./handoff-world.ts";

async function withOffer(more = {}, data = {}) {
  const world = handoffWorld();
  const id = await world.provision(data);
  const handoff = await world.offer(id, more);
  return { ...world, id, handoff };
}

const brokenTakes: readonly (readonly [string, () => Promise<undefined>])[] = [
  ["has nothing any more", async () => undefined],
  ["cannot be reached", () => Promise.reject(new RetryableError("no answer"))],
  ["is broken", () => Promise.reject(new TypeError("x"))],
];

const sha256 = Buffer.from(sha256Hex(canary), "hex").toString("base64");

describe("a fetch", () => {
  test("answers the bytes, with headers that say what they are and how long they live", async () => {
    const { id, fetch, time, row } = await withOffer();
    time.pass(1_500);
    const { status, headers, bytes } = await fetch("ines", id, { "accept-encoding": "gzip, br", range: "bytes=0-9" });
    expect(status).toBe(200);
    expect(bytes.equals(canary)).toBe(true);
    expect(Object.fromEntries(headers)).toEqual({
      "content-type": "application/zip",
      "content-length": String(canary.length),
      "content-disposition": `attachment; filename="${fileName}"`,
      "content-digest": `sha-256=:${sha256}:`,
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "x-drover-expires-at": new Date(time.now() - 1_500 + lifeMs).toISOString(),
      "x-drover-seconds-left": "298",
    });
    const { pickup, history } = await row(id);
    expect(pickup?.fetched).toEqual({
      handoff: `${id}.n1`,
      by: "ines",
      at: time.now(),
      leftMs: lifeMs - 1_500,
      readyCount: 1,
    });
    expect(history.at(-1)).toMatchObject({ what: "fetched", detail: "by ines, 298 s before it expires" });
  });

  test("is served to one of many who come at the same time", async () => {
    const { id, fetch } = await withOffer();
    const all = await Promise.all(Array.from({ length: 12 }, (_, n) => fetch(n % 2 === 0 ? "ines" : "otto", id)));
    const served = all.filter(({ status }) => status === 200);
    expect(served.map(({ bytes }) => bytes.equals(canary))).toEqual([true]);
    const others = all.filter(({ status }) => status !== 200);
    expect(others.map(refusal)).toEqual(others.map(() => [409, "fetched-already"]));
    expect(others.filter(({ bytes }) => bytes.includes("canary"))).toEqual([]);
  });

  test("is served one millisecond before the end, and not at it", async () => {
    const late = await withOffer();
    late.time.pass(lifeMs - 1);
    expect(await late.fetch("ines", late.id)).toMatchObject({ status: 200 });
    const tooLate = await withOffer();
    tooLate.time.pass(lifeMs);
    expect(refusal(await tooLate.fetch("ines", tooLate.id))).toEqual([409, "expired"]);
    expect((await tooLate.row(tooLate.id)).pickup?.fetched).toBeUndefined();
  });

  test("serves nothing when it dies between the claim and the store", async () => {
    const { id, handoff, fetch, time, handoffs, platform } = await withOffer();
    time.pass(lifeMs - 1);
    const { durable } = platform.ledger;
    vi.spyOn(platform.ledger, "durable").mockImplementation(async () => {
      time.pass(1);
      return durable.call(platform.ledger);
    });
    expect(refusal(await fetch("ines", id))).toEqual([409, "gone"]);
    expect(await handoffs.remove(handoff)).toBe(false);
  });

  test("serves nothing that its store gave out only when it was over", async () => {
    const { id, fetch, time, handoffs, ready } = await withOffer();
    const { take } = handoffs;
    const kept: Uint8Array[] = [];
    vi.spyOn(handoffs, "take").mockImplementation(async (handoff) => {
      const taken = await take.call(handoffs, handoff);
      time.pass(lifeMs);
      if (taken) kept.push(taken.content);
      return taken;
    });
    expect(refusal(await fetch("ines", id))).toEqual([409, "gone"]);
    expect(kept.map((content) => content.every((byte) => byte === 0))).toEqual([true]);
    expect((await ready("ines", id)).status).toBe(202);
  });

  test.each([
    ["has not begun", {}, "not-begun"],
    ["waits for somebody", inPhase(phase("awaiting", { used: 0 })), "not-minted"],
    ["is minting", inPhase(phase("minting")), "not-minted"],
    ["takes back what nobody used", inPhase(phase("removing", { afterwards: { kind: "mint" } })), "not-minted"],
    ["finishes", inPhase(phase("finishing")), "not-minted"],
    ["is being cancelled", inPhase(phase("awaiting"), { cancelRequested: { at: 1, by: "ops" } }), "ending"],
    ["has ended", { state: "ended", outcome: "timed-out" }, "operation-ended"],
  ] as const)("is refused by an operation that %s", async (_, change, code) => {
    const { provision, patch, fetch, row } = handoffWorld();
    const id = await provision();
    await patch(id, change);
    const refused = await fetch("ines", id);
    expect(refusal(refused)).toEqual([409, code]);
    expect((await row(id)).pickup).toBeUndefined();
  });

  test("is refused while what was fetched is followed", async () => {
    const { id, fetch, patch, row } = await withOffer();
    await fetch("ines", id);
    const { handle } = await row(id);
    await patch(id, { handle: { ...(handle as object), phase: "following" } });
    expect(refusal(await fetch("ines", id))).toEqual([409, "fetched-already"]);
  });

  test("serves nothing after a crash between the claim and the store, and says what helps", async () => {
    const { id, handoff, fetch, handoffs, platform, ready } = await withOffer();
    const ines = { name: "ines", owns: false };
    await claimHandoff(platform, id, (record, now) => whenFetched(record, now, ines), { by: "ines" });
    expect(await handoffs.describe(handoff)).toBeDefined();
    for (const who of ["ines", "otto"] as const) {
      const refused = await fetch(who, id);
      expect(refusal(refused)).toEqual([409, "fetched-already"]);
      expect(refused.body["detail"]).toContain(`drover handoff ready ${id}`);
    }
    expect((await ready("ines", id)).status).toBe(202);
  });

  test.each(brokenTakes)(
    "answers what helps where the store %s, and another one can be asked for",
    async (how, take) => {
      const { id, handoff, fetch, handoffs, ready, log } = await withOffer();
      const spy = vi.spyOn(handoffs, "take").mockImplementation(take);
      const refused = await fetch("ines", id);
      expect(refusal(refused)).toEqual([409, "gone"]);
      expect(refused.body["detail"]).toContain(`drover handoff ready ${id}`);
      expect(log.lines.join()).toContain("warn: a hand-off was claimed and is gone");
      spy.mockRestore();
      expect(refusal(await fetch("otto", id))).toEqual([409, "fetched-already"]);
      expect((await ready("ines", id)).status).toBe(202);
      // What a store could not give out is left nowhere.
      expect((await handoffs.describe(handoff)) === undefined).toBe(how !== "has nothing any more");
    },
  );

  test("serves nothing before the claim is on disk", async () => {
    const { id, handoff, fetch, handoffs, platform } = await withOffer();
    vi.spyOn(platform.ledger, "durable").mockRejectedValue(new RetryableError("the disk is full"));
    const take = vi.spyOn(handoffs, "take");
    const { status, bytes } = await fetch("ines", id);
    expect([status, bytes.includes("canary"), take.mock.calls.length]).toEqual([503, false, 0]);
    expect(await handoffs.describe(handoff)).toBeDefined();
  });

  test("is a POST alone: whoever looks ahead or tries a GET again spends nothing", async () => {
    const { id, handoff, ask, handoffs } = await withOffer();
    for (const method of ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"]) {
      expect((await ask("ines", method, `/handoffs/${id}/fetch`)).status).toBe(404);
    }
    expect((await ask("ines", "HEAD", `/handoffs/${id}`)).status).toBe(200);
    expect((await ask("ines", "POST", `/handoffs/${id}/fetch?out=x`)).status).toBe(400);
    expect(await handoffs.describe(handoff)).toBeDefined();
  });

  test("takes the beginning of an id from whoever sees everything", async () => {
    const { id, fetch } = await withOffer();
    expect(refusal(await fetch("crm", id.slice(0, 12)))).toEqual([404, "not-found"]);
    expect((await fetch("ines", id.slice(0, 12))).status).toBe(200);
  });

  test("is served from a connection that is not there any more, as bytes of no known kind", async () => {
    const { id, fetch, patch, row, see } = await withOffer();
    const { request } = await row(id);
    await patch(id, { request: { ...request, connection: "gone" } });
    const seen = (await see("ines", id)).body;
    expect(seen).toMatchObject({ phase: "offered", fileName });
    expect(seen).not.toHaveProperty("what");
    const { status, headers } = await fetch("ines", id);
    expect([status, headers.get("content-type")]).toEqual([200, "application/octet-stream"]);
  });

  test.each([
    ["ümlaut \u{1F4F7}.zip", "_mlaut___.zip"],
    ["a; filename=b.zip", "a__filename_b.zip"],
    ["-rf.zip", "_rf.zip"],
  ])("is named so that neither a header nor a shell reads more into %s", async (name, shown) => {
    const { id, fetch, see } = await withOffer({ name });
    expect((await see("ines", id)).body["next"]).toBe(`drover handoff fetch ${id} --out ${shown}`);
    const { headers } = await fetch("ines", id);
    expect(headers.get("content-disposition")).toBe(`attachment; filename="${shown}"`);
  });
});

describe("what is handed over", () => {
  test("stands in no log, row, event or other answer", async () => {
    const world = await withOffer();
    const { id, fetch, ready, see, ask, asOwner, log } = world;
    const answers = [await see("ines", id)];
    const served = await fetch("ines", id);
    answers.push(await see("ines", id), await fetch("otto", id), await ready("otto", id), await ready("ines", id));
    for (const path of ["", "/history", "/explanation"])
      answers.push(await ask("ops", "GET", `/operations/${id}${path}`));
    await world.ledger.durable();
    answers.push(await asOwner("cli:ada", "GET", "/events"), await asOwner("cli:ada", "GET", "/metrics"));
    const places = [
      JSON.stringify([log.lines, log.fields, await world.row(id)]),
      ...answers.map(({ bytes }) => `${bytes}`),
    ];
    // A piece from the middle at each of its three offsets, so that none is missed for being cut otherwise.
    const pieces = [0, 1, 2].map((at) => canary.subarray(600 + at, 660 + at));
    const forms = pieces.flatMap((piece) => [
      piece.toString("latin1"),
      piece.toString("base64"),
      piece.toString("base64url"),
      piece.toString("hex"),
    ]);
    expect(`${served.bytes}`).toContain(forms[0]);
    expect(places.filter((text) => forms.some((form) => text.includes(form)))).toEqual([]);
    expect(log.lines.filter((line) => line === "info: a hand-off was given out")).toHaveLength(1);
    expect(log.fields).toContainEqual({ operation: id, by: "ines", secondsLeft: 300 });
  });

  test("is wiped once it was read, or when nobody reads on", async () => {
    const about = { mediaType: "application/zip", secondsLeft: 1 };
    const entry = { id: "a", fileName, expiresAt: 1, bytes: canary.length, sha256: sha256Hex(canary) };
    const [read, left] = [Buffer.from(canary), Buffer.from(canary)];
    const whole = Buffer.from(await servedOnce({ entry, content: read }, about).arrayBuffer());
    expect([whole.equals(canary), read.every((byte) => byte === 0)]).toEqual([true, true]);
    const reader = servedOnce({ entry, content: left }, about).body?.getReader();
    const first = await reader?.read();
    expect(left.some((byte) => byte !== 0)).toBe(true);
    await reader?.cancel();
    expect(left.every((byte) => byte === 0)).toBe(true);
    expect(Buffer.from(first?.value ?? []).equals(canary.subarray(0, 64 * 1024))).toBe(true);
  });

  test.each([0, 1, 64 * 1024, 64 * 1024 + 1])("is whole at %i bytes", async (length) => {
    const content = Buffer.alloc(length, 7);
    const { id, fetch } = await withOffer({ content });
    const { bytes, headers } = await fetch("ines", id);
    expect([bytes.equals(content), headers.get("content-length")]).toEqual([true, String(length)]);
  });
});

describe("over a socket", () => {
  async function listening() {
    const world = await withOffer();
    const { url, close } = await listenHttp("127.0.0.1:0", (sent) => world.host.guarded.fetch(sent));
    onTestFinished(close);
    const post = (signal?: AbortSignal) =>
      fetch(`${url}/handoffs/${world.id}/fetch`, {
        method: "POST",
        headers: { authorization: `Bearer ${tokenOf("ines")}`, "accept-encoding": "gzip, br" },
        ...(signal ? { signal } : {}),
      });
    return { ...world, post };
  }

  test("it is whole, of a known length, and as it is", async () => {
    const { post } = await listening();
    const answer = await post();
    expect(answer.headers.get("content-length")).toBe(String(canary.length));
    expect([answer.headers.get("content-encoding"), answer.headers.get("transfer-encoding")]).toEqual([null, null]);
    expect(Buffer.from(await answer.arrayBuffer()).equals(canary)).toBe(true);
  });

  test("it is spent by whoever goes away in the middle of it", async () => {
    const { post, id, handoffs, handoff, fetch: again } = await listening();
    const leaving = new AbortController();
    await post(leaving.signal);
    leaving.abort();
    expect(await handoffs.describe(handoff)).toBeUndefined();
    expect(refusal(await again("ines", id))).toEqual([409, "fetched-already"]);
  });
});

test("a claim of AWS IoT is handed over as what it is", async () => {
  const world = handoffWorld();
  const id = await world.claim();
  await world.offer(id, { name: "fleet.pem" });
  expect((await world.see("ines", id)).body).toMatchObject({ what: "a provisioning claim for template fleet" });
  expect((await world.fetch("ines", id)).headers.get("content-type")).toBe("application/x-pem-file");
});
