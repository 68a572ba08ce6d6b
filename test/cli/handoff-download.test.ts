import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { sha256Hex } from "../../lib/contracts/identifiers.ts";
import { openDesk } from "./harness.ts";

const id = "b".repeat(52);
const content = Buffer.from("PK\u0003\u0004 what nobody else may read");
const expiresAt = new Date(Date.now() + 290_000).toISOString();
const digest = `sha-256=:${Buffer.from(sha256Hex(content), "hex").toString("base64")}:`;
const whole = { "content-length": String(content.length), "content-digest": digest, "x-drover-seconds-left": "289" };

const offered = {
  operation: id,
  type: "drover.aws-panorama.provision",
  connection: "panorama",
  phase: "offered",
  fileName: "certificates-omni_cam-1.zip",
  bytes: content.length,
  sha256: sha256Hex(content),
  expiresAt,
  secondsLeft: 290,
  deadline: expiresAt,
  updatedAt: expiresAt,
  next: `drover handoff fetch ${id} --out certificates-omni_cam-1.zip`,
};

/** What answers as Drover would, up to the bytes. */
async function serving(fetch: (response: ServerResponse) => void, view: object = offered) {
  const asked: string[] = [];
  const listener: RequestListener = (request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (request.method === "POST") return fetch(response);
    response.setHeader("content-type", "application/json").end(JSON.stringify(view));
  };
  const server = createServer(listener).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const here = openDesk(async () => new Response(null, { status: 500 }), { DROVER_TOKEN: "some-token" });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    folder: here.folder,
    asked,
    files: () => readdirSync(here.folder),
    fetch: (out: string, options: Parameters<typeof here.run>[1] = {}, more: readonly string[] = []) =>
      here.run(["--url", url, "handoff", "fetch", id, "--out", out, ...more], options),
  };
}

describe("a download", () => {
  test.each<[string, (response: ServerResponse) => void, RegExp]>([
    [
      "with another digest",
      (response) =>
        response
          .writeHead(200, whole)
          .end(Buffer.from(content.toString("latin1").replace("nobody", "NOBODY"), "latin1")),
      /bytes with another SHA-256/,
    ],
    [
      "that breaks off",
      (response) => {
        response.writeHead(200, whole).write(content.subarray(0, 10));
        setTimeout(() => response.destroy(), 50);
      },
      /a failure on the way/,
    ],
    [
      "that ends early without a length",
      (response) => response.writeHead(200, { "content-digest": digest }).end(content.subarray(0, 10)),
      new RegExp(`10 of ${content.length} bytes`),
    ],
    [
      "that is longer than it says",
      (response) => response.writeHead(200, { "content-digest": digest }).end(Buffer.concat([content, content])),
      new RegExp(`more than ${content.length} bytes`),
    ],
  ])("%s is not kept, and what to do is said", async (_, answer, said) => {
    const { fetch, files, asked } = await serving(answer);
    const { code, out, err } = await fetch("a.zip");
    expect([code, out, err]).toEqual([5, "", expect.stringMatching(said)]);
    expect(err).toContain(`nothing was kept. It is served once, so say drover handoff ready ${id} for a new one`);
    expect(files()).toEqual([]);
    expect(asked.filter((each) => each.startsWith("POST"))).toHaveLength(1);
  });

  test("that says nothing of what it holds is not kept", async () => {
    const { sha256: _, ...view } = offered;
    const { fetch, files } = await serving((response) => response.writeHead(200).end(content), view);
    const { code, err } = await fetch("a.zip");
    expect([code, err, files()]).toEqual([5, expect.stringMatching(/does not say what it holds/), []]);
  });

  test("to a pipe that is not whole writes nothing", async () => {
    const { fetch } = await serving((response) => response.writeHead(200, whole).end(Buffer.alloc(content.length)));
    const pieces: Uint8Array[] = [];
    const { code } = await fetch("-", { onBytes: (bytes) => void pieces.push(bytes) });
    expect([code, pieces]).toEqual([5, []]);
  });

  test.each([
    ["is refused", 409, "fetched-already", 4, /by somebody/],
    [
      "may have been served",
      503,
      "storage-unavailable",
      5,
      /may have been given out all the same: see drover handoff show/,
    ],
  ])("that %s leaves nothing", async (_, status, problem, exitCode, said) => {
    const { fetch, files } = await serving((response) =>
      response.writeHead(status).end(JSON.stringify({ detail: "Expected it, got one by somebody", code: problem })),
    );
    const { code, err } = await fetch("a.zip");
    expect([code, err, files()]).toEqual([exitCode, expect.stringMatching(said), []]);
  });

  test("that is interrupted leaves nothing", async () => {
    const signals: { listener?: (signal: string) => void } = {};
    const { fetch, files } = await serving((response) => {
      response.writeHead(200, whole).write(content.subarray(0, 10));
      setTimeout(() => signals.listener?.("SIGINT"), 50);
    });
    const { code, err } = await fetch("a.zip", { signals });
    expect([code, err, files()]).toEqual([130, expect.stringMatching(/nothing was kept/), []]);
  });

  test("takes no place of a file that appears meanwhile, and is not lost", async () => {
    const peer = await serving((response) => {
      writeFileSync(join(peer.folder, "a.zip"), "mine");
      response.writeHead(200, whole).end(content);
    });
    const { code, err } = await peer.fetch("a.zip");
    expect(code).toBe(1);
    const [part = ""] = peer.files().filter((file) => file.endsWith(".part"));
    expect(err).toContain(`it is whole, and stands in ${join(peer.folder, part)}`);
    expect(readFileSync(join(peer.folder, part))).toEqual(content);
    expect(readFileSync(join(peer.folder, "a.zip"), "utf8")).toBe("mine");
  });

  test("gets a name inside the folder, whatever the answer says", async () => {
    const outside = `.drover-test-${process.pid}`;
    const view = { ...offered, fileName: `../../${outside}` };
    const { fetch, folder, files } = await serving((response) => response.writeHead(200, whole).end(content), view);
    const { code, json } = await fetch(".", {}, ["--json"]);
    expect([code, files()]).toEqual([0, [`_._.._${outside}`]]);
    expect(json[0]).toMatchObject({ file: join(folder, `_._.._${outside}`), secondsLeft: 289 });
    expect(existsSync(join(folder, "../..", outside))).toBe(false);
  });

  test("into a folder waits for its name", async () => {
    const { fileName: _, ...view } = { ...offered, phase: "awaiting", next: `drover handoff ready ${id}` };
    const { fetch, asked } = await serving((response) => response.writeHead(200, whole).end(content), view);
    const { code, err } = await fetch(".");
    expect([code, err]).toEqual([4, expect.stringMatching(/nothing yet: drover handoff ready .*--ready/)]);
    expect(asked).toEqual([`GET /handoffs/${id}`]);
  });

  test("is not begun when somebody else was faster", async () => {
    const view = {
      ...offered,
      phase: "following",
      ready: { by: "cli:ada", at: "2026-11-21T09:00:00.000Z" },
      fetched: { by: "gate-crew", at: "2026-11-21T09:00:00.001Z", secondsLeft: 299 },
      next: `drover watch ${id}`,
    };
    const { fetch, asked, files } = await serving(
      (response) => response.end(JSON.stringify({ operation: id, ready: "already" })),
      view,
    );
    const { code, err } = await fetch("a.zip", {}, ["--ready"]);
    expect([code, err, files()]).toEqual([
      1,
      expect.stringMatching(/gate-crew has fetched meanwhile: ask gate-crew/),
      [],
    ]);
    expect(asked.filter((each) => each.startsWith("POST"))).toEqual([`POST /operations/${id}/actions/ready`]);
  });
});
