import { describe, expect, it } from "vitest";
import { Bench, ids, ORIGIN, tempUrl } from "./harness.ts";

const account = `/v1/AUTH_${ids.project}`;
const object = `${account}/signals/one`;
const pathOf = (url: string) => url.slice(ORIGIN.length);

describe("the object store", () => {
  it("keeps objects in containers that are there", async () => {
    const bench = new Bench();
    expect((await bench.send("PUT", `${account}/none/x`, "1")).status).toBe(404);
    expect((await bench.send("PUT", `${account}/new`)).status).toBe(201);
    expect((await bench.send("PUT", `${account}/new`)).status).toBe(202);
    expect((await bench.send("PUT", `${account}/new/a/b`, "text")).status).toBe(201);
    const read = await bench.send("GET", `${account}/new/a/b`);
    expect([read.status, read.text, read.headers.get("etag")]).toEqual([
      200,
      "text",
      "1cb251ec0d568de6a929b520c4aed8d1",
    ]);
    const head = await bench.send("HEAD", `${account}/new/a/b`);
    expect([head.status, head.text, head.headers.get("content-length")]).toEqual([200, "", "4"]);
    expect(head.headers.get("last-modified")).toBe("Sat, 21 Nov 2026 04:00:00 GMT");
    expect((await bench.send("GET", `${account}/new`)).text).toBe("a/b\n");
    expect((await bench.send("DELETE", `${account}/new`)).status).toBe(409);
    expect((await bench.send("DELETE", `${account}/new/a/b`)).status).toBe(204);
    expect((await bench.send("DELETE", `${account}/new/a/b`)).status).toBe(404);
    expect((await bench.send("DELETE", `${account}/new`)).status).toBe(204);
    expect((await bench.send("HEAD", `${account}/new`)).status).toBe(404);
  });

  it("tells the keys of the account and takes new ones", async () => {
    const bench = new Bench();
    const head = async () => (await bench.send("HEAD", account)).headers.get("x-account-meta-temp-url-key");
    expect(await head()).toBe("temp-url-key");
    const headers = { "x-account-meta-temp-url-key": "fresh" };
    expect((await bench.send("POST", account, undefined, undefined, { headers })).status).toBe(204);
    expect(await head()).toBe("fresh");
    expect((await bench.send("PUT", pathOf(tempUrl(bench.nowMs)), "x", null)).status).toBe(401);
    expect((await bench.send("PUT", pathOf(tempUrl(bench.nowMs, { key: "fresh" })), "x", null)).status).toBe(201);
  });

  it("takes a key of the container too", async () => {
    const bench = new Bench();
    const headers = { "x-container-meta-temp-url-key": "of-container" };
    await bench.send("POST", `${account}/signals`, undefined, undefined, { headers });
    const signed = pathOf(tempUrl(bench.nowMs, { key: "of-container" }));
    expect((await bench.send("PUT", signed, "x", null)).status).toBe(201);
  });

  it("takes a temporary URL for its method, its path and its time only", async () => {
    const bench = new Bench();
    const signed = pathOf(tempUrl(bench.nowMs, { lifeMs: 60_000 }));
    const status = async (method: string, path: string) =>
      (await bench.send(method, path, method === "PUT" ? "x" : undefined, null)).status;
    expect(await status("PUT", signed)).toBe(201);
    expect(await status("HEAD", signed)).toBe(200);
    expect(await status("GET", signed)).toBe(401);
    expect(await status("DELETE", signed)).toBe(401);
    expect(await status("PUT", signed.replace("/one", "/two"))).toBe(401);
    expect(await status("PUT", signed.replace("temp_url_sig=", "temp_url_sig=0"))).toBe(401);
    bench.pass(59_999);
    expect(await status("PUT", signed)).toBe(201);
    bench.pass(1);
    expect(await status("PUT", signed)).toBe(401);
  });

  it("belongs to its project", async () => {
    const bench = new Bench();
    await bench.send("PUT", object, "x");
    const none = await bench.send("GET", object, undefined, null);
    expect([none.status, none.headers.get("www-authenticate")]).toEqual([401, `Swift realm="AUTH_${ids.project}"`]);
    expect((await bench.send("GET", object, undefined, "no")).status).toBe(401);
    const stranger = await bench.logIn("stranger", ids.otherProject);
    expect((await bench.send("GET", object, undefined, stranger)).status).toBe(403);
    const reader = await bench.logIn("reader");
    expect((await bench.send("GET", object, undefined, reader)).status).toBe(200);
    expect((await bench.send("PUT", object, "y", reader)).status).toBe(403);
    expect((await bench.send("PATCH", object, "y")).status).toBe(405);
  });

  it("is not there where the cloud has none", async () => {
    const bench = new Bench();
    await bench.token();
    bench.emulator.configure({ swift: false });
    expect((await bench.send("HEAD", account)).status).toBe(404);
  });
});
