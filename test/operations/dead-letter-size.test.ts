import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { decodeDeadLetter, encodeDeadLetter } from "../../lib/contracts/dead-letter.ts";
import { bodyOf, keptBody } from "../../lib/contracts/kept-body.ts";
import { limits } from "../../lib/contracts/limits.ts";
import { deadLetterQueueOf, inboxQueue } from "../../lib/contracts/ports.ts";
import { redrive } from "../../lib/operations/commands.ts";
import { createDeadLetterHandler } from "../../lib/operations/dead-letters.ts";
import { World } from "../simulation/world.ts";

/** Bodies that a queue can carry, and that JSON makes longer. */
const bodies: Readonly<Record<string, string>> = {
  "a small one": '{"a":1}',
  "a request with a script": JSON.stringify({ data: 'echo "done"\n'.repeat(2_600) }),
  "nothing but quotation marks": '"'.repeat(48_000),
  "letters of two bytes": "\u00e9".repeat(45 * 1024),
  "control characters": "\u0001".repeat(48_000),
  "what no packing makes smaller": randomBytes(64 * 1024).toString("latin1"),
};

async function recorded(body: string, wrapped: boolean) {
  const world = new World({ mode: "cloud" }, () => ({ handlers: {}, sweep: async () => undefined }));
  const ports = world.outside;
  const handler = createDeadLetterHandler(ports, 86_400_000);
  const about = { queue: inboxQueue, id: "m-1", cause: "broken", receives: 5, at: 0 };
  const delivery = {
    queue: deadLetterQueueOf(inboxQueue),
    id: "m-1",
    body: wrapped ? encodeDeadLetter({ ...about, body }) : body,
    receives: 1,
    sentAt: 0,
  };
  const context = { signal: new AbortController().signal, remainingMs: () => 60_000 };
  expect(await handler(delivery, context)).toEqual({ kind: "acknowledge" });
  const [stored] = (await ports.ledger.listByPrefix("dead-letter/", 10)).items;
  if (stored?.record.kind !== "dead-letter") throw new Error("Expected a dead letter, got none");
  return { world, ports, letter: stored.record };
}

describe.each(Object.entries(bodies))("a dead letter of %s", (name, body) => {
  test.each([true, false])("fits its message and its record (in an envelope: %s)", async (wrapped) => {
    const { letter } = await recorded(body, wrapped);
    expect(Buffer.byteLength(JSON.stringify(letter))).toBeLessThan(limits.itemBytes);
    if (letter.cut) expect(name).toMatch(/no packing/);
    else expect(bodyOf(letter)).toBe(body);
  });

  test("fits a Storage queue message on its way", () => {
    const sent = encodeDeadLetter({ queue: "inbox", id: "m", cause: "x".repeat(9_000), receives: 5, at: 0, body });
    expect(Buffer.byteLength(sent)).toBeLessThan(64 * 1024);
    expect(decodeDeadLetter(sent).receives).toBe(5);
  });
});

test("what was packed is sent again as it came, what was cut is not", async () => {
  const script = bodies["a request with a script"] ?? "";
  const { world, ports, letter } = await recorded(script, false);
  await redrive(ports, letter.id, { by: "ada" });
  expect([...world.store.messages.values()].map(({ body }) => body)).toEqual([script]);
  const other = await recorded(bodies["what no packing makes smaller"] ?? "", false);
  await expect(redrive(other.ports, other.letter.id, { by: "ada" })).rejects.toMatchObject({ code: "cut-letter" });
});

test("a body is kept whole as long as it can be", () => {
  expect(keptBody("abc", 5)).toEqual({ body: "abc" });
  expect(keptBody("a".repeat(1_000), 200)).toMatchObject({ packed: true });
  expect(keptBody(randomBytes(500).toString("hex"), 200)).toMatchObject({ cut: true });
});
