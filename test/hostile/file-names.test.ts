import { existsSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { fieldLines, shown, tableLines } from "../../cli/table.ts";
import { styleOf } from "../../cli/terminal.ts";
import { safeFileName } from "../../functions/receive-webhook/handed-over/file-name.ts";
import { servedOnce } from "../../functions/receive-webhook/handed-over/serve.ts";
import { InvalidInputError } from "../../lib/contracts/errors.ts";
import { sha256Hex } from "../../lib/contracts/identifiers.ts";
import { jsonLog } from "../../lib/platforms/json-log.ts";
import { checkedEntry as checkedLocally } from "../../lib/platforms/local/handoff-envelope.ts";
import { redacted } from "../../lib/platforms/redaction.ts";
import { checkedEntry } from "../../lib/platforms/sealed-handoff.ts";
import { openDesk } from "../cli/harness.ts";
import { oddText } from "./inputs.ts";

/** Names that file systems, shells, headers and people have stumbled over. */
const oddNames = [
  "",
  ".",
  "..",
  "../../etc/passwd",
  "..\\..\\windows\\system.ini",
  "/etc/passwd",
  "//server/share",
  "C:\\autoexec.bat",
  "C:autoexec.bat",
  "a/b",
  "a\0.zip",
  "\u202egpj.exe",
  "a\u2066b\u2069.zip",
  "CON",
  "nul.zip",
  "Com1.pem",
  "LPT9",
  "COM\u00b9",
  "a.zip.",
  "a.zip ",
  "a.zip::$DATA",
  "-rf",
  "--force",
  "~/.ssh/authorized_keys",
  ".bashrc",
  ".drover-0123456789abcdef.part",
  "a\nb",
  "a\r\nset-cookie: a=b",
  'a";filename="b',
  "a'b`c`$(id)",
  "%2e%2e%2fa",
  "a;b|c&d",
  "\u001b[2Ja",
  "\ud800.zip",
  "e\u0301.zip",
  "x".repeat(300),
  `${"y".repeat(5_000)}.zip`,
];
const names = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...oddNames) },
  { weight: 2, arbitrary: oddText },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...oddNames), oddText).map(([one, other]) => one + other) },
);
/** Of Windows, with any ending. */
const reserved = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;
const invisible = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u;

const entryOf = (fileName: string, content: Uint8Array) => ({
  ...{ id: "one", fileName, bytes: content.length, sha256: sha256Hex(content), expiresAt: Date.UTC(2026, 10, 21) },
});

describe("the name of what is handed over", () => {
  test("becomes one plain name, whatever it was", () => {
    const property = fc.property(names, (name) => {
      const safe = safeFileName(name);
      expect(safe).toMatch(/^[A-Za-z0-9_][A-Za-z0-9._-]*$/);
      expect(safe).not.toMatch(reserved);
      expect(safe.endsWith(".")).toBe(false);
      expect(basename(safe)).toBe(safe);
      expect(safeFileName(safe)).toBe(safe);
    });
    fc.assert(property, { numRuns: 300 });
    for (const name of oddNames) expect(safeFileName(name)).toMatch(/^\w/);
  });

  test("that is a plain one is kept to the letter", () => {
    for (const name of ["certificates-omni_cam-1.zip", "provisioning-claim_gateways.pem", "console.zip", "a..b"]) {
      expect(safeFileName(name)).toBe(name);
    }
  });

  test("stands in the header as one quoted name and nothing beside it", async () => {
    const property = fc.asyncProperty(names, async (name) => {
      const content = Buffer.from("PK\u0003\u0004 what nobody else may read");
      const parts = { mediaType: "application/zip", secondsLeft: 1 };
      const { headers } = servedOnce({ entry: entryOf(name, content), content }, parts);
      expect(headers.get("content-disposition")).toMatch(/^attachment; filename="[A-Za-z0-9_][A-Za-z0-9._-]*"$/);
      expect(headers.get("set-cookie")).toBeNull();
    });
    await fc.assert(property, { numRuns: 150 });
  });

  test("that is no single segment gets into no store", () => {
    const about = (fileName: string) => ({ fileName, expiresAt: 2 });
    const bounds = { nowMs: 1, maxContentBytes: 10 };
    const stores = [
      (name: string) => checkedEntry("one", Buffer.from("a"), about(name), bounds),
      (name: string) => checkedLocally("one", Buffer.from("a"), about(name), 1),
    ];
    const property = fc.property(names, (name) => {
      for (const store of stores) {
        try {
          const { fileName } = store(name);
          expect(fileName).toBe(name);
          expect(name).toMatch(/^[^\p{Cc}/\\"]{1,600}$/u);
          expect([".", ".."]).not.toContain(name);
        } catch (error) {
          if (!(error instanceof InvalidInputError)) throw error;
          if (name.length > 8) expect(error.message).not.toContain(name);
        }
      }
    });
    fc.assert(property, { numRuns: 300 });
    for (const name of ["", ".", "..", "../a", "a/b", "a\\b", 'a"b', "a\nb", "a\0b", "x".repeat(301)]) {
      for (const store of stores) expect(() => store(name)).toThrow(InvalidInputError);
    }
  });
});

const id = "b".repeat(52);
const content = Buffer.from("PK\u0003\u0004 what nobody else may read");
const later = "2026-11-21T09:04:00.000Z";
const digest = `sha-256=:${Buffer.from(sha256Hex(content), "hex").toString("base64")}:`;
const whole = { "content-length": String(content.length), "content-digest": digest, "x-drover-seconds-left": "289" };

/** A Drover that says what it likes, and somebody who fetches from it. */
async function hostileDrover() {
  const peer = { view: {} as object, problem: undefined as object | undefined, headers: {} as Record<string, string> };
  const server = createServer((request, response) => {
    if (request.method === "POST" && peer.problem) {
      response.writeHead(409, { "content-type": "application/problem+json" }).end(JSON.stringify(peer.problem));
    } else if (request.method === "POST") response.writeHead(200, { ...whole, ...peer.headers }).end(content);
    else response.setHeader("content-type", "application/json").end(JSON.stringify(peer.view));
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    peer,
    async fetched(more: readonly string[] = []) {
      const desk = openDesk(async () => new Response(null, { status: 500 }), { DROVER_TOKEN: "some-token" });
      const ran = await desk.run(["--url", url, "handoff", "fetch", id, "--out", ".", ...more]);
      return { code: ran.code, out: ran.out, err: ran.err, folder: desk.folder, files: readdirSync(desk.folder) };
    },
  };
}

const viewOf = (over: object) => ({
  ...{ operation: id, type: "drover.aws-panorama.provision", connection: "panorama", phase: "offered" },
  ...{ fileName: "a.zip", bytes: content.length, sha256: sha256Hex(content), expiresAt: later, secondsLeft: 290 },
  ...{ deadline: later, updatedAt: later, next: `drover handoff fetch ${id} --out a.zip` },
  ...over,
});

describe("a file that is fetched without a name", () => {
  test("stands in the folder and nowhere else, whatever the answer says", async () => {
    const { peer, fetched } = await hostileDrover();
    const property = fc.asyncProperty(names, names, async (name, other) => {
      const said = other.replace(/[^\x20-\x7e]/g, "_").slice(0, 200);
      peer.headers = { "content-disposition": `attachment; filename="${said}"` };
      peer.view = viewOf({ fileName: name });
      const { code, folder, files, out, err } = await fetched();
      expect(files.length).toBe(code === 0 ? 1 : 0);
      for (const file of files) {
        expect(file).toMatch(/^[A-Za-z0-9_][A-Za-z0-9._-]*$/);
        expect(dirname(join(folder, file))).toBe(folder);
      }
      expect(existsSync(join(folder, "..", "a.zip"))).toBe(false);
      for (const line of `${out}${err}`.split("\n")) expect(line).not.toMatch(invisible);
    });
    await fc.assert(property, { numRuns: 60 });
  });

  test("is refused before anything is fetched where no file can have that name", async () => {
    const { peer, fetched } = await hostileDrover();
    peer.problem = { detail: "Expected nothing to be asked for, got a fetch", code: "fetched" };
    peer.view = viewOf({ fileName: "x".repeat(5_000) });
    const { code, err, files } = await fetched();
    expect([code, files]).toEqual([2, []]);
    expect(err).toMatch(/ENAMETOOLONG.*nothing was fetched/);
  });
});

describe("what a terminal shows of somebody else's words", () => {
  const words = fc.oneof(names, fc.constantFrom("\u001b]0;title\u0007", "\u009b2J", "a\u202eb", "\u2028", "\u200f"));

  test("moves no cursor and turns no text around: answers and refusals of a server", async () => {
    const { peer, fetched } = await hostileDrover();
    const property = fc.asyncProperty(words, fc.boolean(), async (text, refuses) => {
      const detail = `Expected it, got ${text}`;
      const over = { instructions: text, next: text, waitingFor: { code: "a", detail: text, since: later } };
      peer.problem = refuses ? { detail, code: "gone", problems: [detail, text] } : undefined;
      peer.view = viewOf(over);
      const { out, err } = await fetched();
      for (const line of `${out}${err}`.split("\n")) expect(line).not.toMatch(invisible);
    });
    await fc.assert(property, { numRuns: 40 });
  });

  test("moves no cursor and turns no text around: tables and fields", () => {
    const style = styleOf({ isTty: false, environment: { noColor: true } as never });
    const property = fc.property(words, words, (one, other) => {
      const lines = [...tableLines(["A", "B"], [[one, other]], style, 80), ...fieldLines([["name", one]], style)];
      expect(lines).toHaveLength(3);
      for (const line of [...lines, shown(one)]) expect(line).not.toMatch(invisible);
    });
    fc.assert(property, { numRuns: 200 });
  });

  test("stays one line of JSON in a log", () => {
    const property = fc.property(words, words, (message, value) => {
      const lines: string[] = [];
      const log = jsonLog({ level: "info", redact: redacted, write: (_, line) => void lines.push(line) });
      log.info(message, { fileName: value, level: value });
      expect(lines).toHaveLength(1);
      const [line = ""] = lines;
      expect([...line].every((mark) => mark >= " ")).toBe(true);
      expect(JSON.parse(line)).toMatchObject({ level: "info" });
    });
    fc.assert(property, { numRuns: 200 });
  });
});
