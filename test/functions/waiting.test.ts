import { describe, expect, test, vi } from "vitest";
import { sharedTail } from "../../functions/receive-webhook/shared-tail.ts";
import { sha256Hex } from "../../lib/contracts/identifiers.ts";
import { fixture, request } from "./harness.ts";

const token = { ci: "token-of-the-pipeline-here", ops: "token-of-the-operators-team" };
const client = (who: keyof typeof token) => ({
  auth: { kind: "bearer", tokens: [`sha256:${sha256Hex(token[who])}`] },
  allow: { sources: ["*"], types: ["*"], connections: ["*"], actions: ["read", "submit"] },
});
const most = 16;

function opened() {
  const made = fixture({ clients: { ci: client("ci"), ops: client("ops") } });
  const ask = async (who: keyof typeof token, path: string, headers: Record<string, string> = {}, method = "GET") =>
    made.host.guarded.fetch(
      new Request(`http://drover${path}`, { method, headers: { authorization: `Bearer ${token[who]}`, ...headers } }),
    );
  const stream = (who: keyof typeof token, method = "GET") =>
    ask(who, "/events", { accept: "text/event-stream" }, method);
  return { ...made, ask, stream };
}

describe("a client that waits", () => {
  test("has so many live streams, each given back when its reader goes, and others are not held up", async () => {
    const { stream, ask } = opened();
    // The headers alone hold no place.
    for (let count = 0; count < 2 * most; count += 1) expect((await stream("ci", "HEAD")).status).toBe(200);
    const streams = [];
    for (let count = 0; count < most; count += 1) streams.push(await stream("ci"));
    expect(streams.map(({ status }) => status)).toEqual(streams.map(() => 200));
    const refused = await stream("ci");
    expect([refused.status, Number(refused.headers.get("retry-after"))]).toEqual([429, 30]);
    expect((await refused.json()) as object).toMatchObject({ code: "too-many-waiting" });
    expect((await ask("ci", "/events?wait=1")).status).toBe(429);
    expect((await ask("ci", "/events")).status).toBe(200);
    const other = await stream("ops");
    expect(other.status).toBe(200);
    await other.body?.cancel();
    await streams[3]?.body?.cancel();
    const again = await stream("ci");
    expect(again.status).toBe(200);
    for (const one of [...streams, again]) if (!one.body?.locked) await one.body?.cancel().catch(() => undefined);
  });

  test("gives its place back when its answer comes", async () => {
    const { ask, send } = opened();
    const { body } = await send("POST", "/requests", request("one"));
    const { updatedAt } = (await send("GET", `/operations/${body["operation"]}`)).body;
    const path = `/operations/${body["operation"]}?wait=1&since=${updatedAt}`;
    for (let round = 0; round < 2; round += 1) {
      const answers = await Promise.all(Array.from({ length: most + 4 }, () => ask("ci", path)));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(most);
      expect(answers.filter(({ status }) => status === 429)).toHaveLength(4);
    }
  });

  test("shares the reading of what is new with all others", async () => {
    const { stream, send, platform } = opened();
    const readers = [];
    for (let count = 0; count < 12; count += 1) readers.push((await stream("ci")).body?.getReader());
    const read = vi.spyOn(platform.bus, "read");
    const first = Promise.all(readers.map((reader) => reader?.read()));
    await send("POST", "/requests", request("one"));
    await first;
    const texts = await Promise.all(
      readers.map(async (reader) => new TextDecoder().decode((await reader?.read())?.value)),
    );
    expect(new Set(texts).size).toBe(1);
    expect(texts[0]).toContain("drover.operation.accepted");
    expect(read.mock.calls.length).toBeLessThanOrEqual(4);
    for (const reader of readers) await reader?.cancel();
  });
});

describe("a shared tail", () => {
  test("is read anew after each commit and after each failure", async () => {
    const listeners = new Set<() => void>();
    let [reads, works] = [0, true];
    const tail = sharedTail({
      read: async () => {
        reads += 1;
        if (!works) throw new Error("disk");
        return [];
      },
      onCommit: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    });
    await Promise.all([tail.read(1, 10), tail.read(1, 10), tail.read(2, 10)]);
    expect(reads).toBe(2);
    for (const listener of listeners) listener();
    await tail.read(1, 10);
    expect([reads, listeners.size]).toEqual([3, 1]);
    works = false;
    await expect(tail.read(5, 10)).rejects.toThrow("disk");
    works = true;
    await expect(tail.read(5, 10)).resolves.toEqual([]);
  });
});
