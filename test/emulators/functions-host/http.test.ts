import { app, HttpRequest } from "@azure/functions";
import { describe, expect, test } from "vitest";
import { failing, opened } from "./host-world.ts";

describe("http functions", () => {
  const get = (path: string, init: RequestInit = {}) => new Request(`https://app.example${path}`, init);

  test("get a request of the library's, and answer with bytes and cookies", async () => {
    const seen: HttpRequest[] = [];
    const { host } = await opened(() =>
      app.http("all", {
        ...{ route: "{*path}", methods: ["GET", "POST"], authLevel: "anonymous" },
        async handler(request) {
          seen.push(request);
          if (request.method === "POST") return { jsonBody: { got: await request.json() }, status: 201 };
          return {
            body: Buffer.from([0, 255, 128]),
            headers: { "content-type": "application/octet-stream", etag: '"1"' },
            cookies: [{ name: "a", value: "b c", maxAge: 60, httpOnly: true, sameSite: "Lax" }],
          };
        },
      }),
    );
    const posted = await host.http(
      get("/api/a%20b/C?x=1&x=2&y=", { method: "POST", body: '{"ü":1}', headers: { "X-One": "1" } }),
    );
    expect([posted.status, posted.headers.get("content-type")]).toEqual([201, "application/json"]);
    expect(await posted.json()).toEqual({ got: { ü: 1 } });
    expect(seen[0]).toBeInstanceOf(HttpRequest);
    expect(seen[0]?.params).toEqual({ path: "a b/C" });
    expect(seen[0]?.url).toBe("https://app.example/api/a%20b/C?x=1&x=2&y=");
    expect([...(seen[0]?.query ?? [])]).toEqual([
      ["x", "1,2"],
      ["y", ""],
    ]);
    expect(seen[0]?.headers.get("x-one")).toBe("1");
    const binary = await host.http(get("/api/"));
    expect(Buffer.from(await binary.arrayBuffer())).toEqual(Buffer.from([0, 255, 128]));
    expect(binary.headers.get("etag")).toBe('"1"');
    expect(binary.headers.getSetCookie()).toEqual(["a=b%20c; max-age=60; path=/; samesite=lax; httponly"]);
    expect(seen[1]?.params).toEqual({});
    expect(host.invocations.map(({ trigger, outcome }) => [trigger, outcome])).toEqual(
      Array(2).fill(["http", "succeeded"]),
    );
  });

  test("are found below the prefix, by listed methods alone, the first name first", async () => {
    const answering = (body: string) => ({ handler: () => ({ body }), authLevel: "anonymous" as const });
    const register = () => {
      app.http("z", { ...answering("z"), route: "things/{id}/{more?}" });
      app.http("b", { ...answering("b"), route: "{*path}", methods: ["POST", "HEAD"] });
      app.http("named", answering("named"));
    };
    const { host } = await opened(register);
    const to = async (path: string, method = "GET", on = host) => {
      const answer = await on.http(get(path, { method }));
      return answer.status === 200 ? answer.text() : answer.status;
    };
    expect(await to("/api/things/1")).toBe("z");
    expect(await to("/api/Things/1/x/")).toBe("z");
    expect(await to("/api/things/1", "POST")).toBe("b");
    expect(await to("/api/things")).toBe(404);
    expect(await to("/api/things/1/2/3")).toBe(404);
    expect(await to("/api/NAMED")).toBe("named");
    expect(await to("/named")).toBe(404);
    expect(await to("/api/named", "PUT")).toBe(404);
    expect(await to("/api/named", "OPTIONS")).toBe(404);
    expect(await to("/api/x", "HEAD")).toBe("");
    const bare = await opened(register, { hostJson: { extensions: { http: { routePrefix: "" } } } });
    expect(await to("/named", "GET", bare.host)).toBe("named");
    for (const route of ["admin/x", "/x", "a{b}", "{*a}/b"])
      await expect(opened(() => app.http("x", { ...answering(""), route }))).rejects.toThrow(/rout|slash|rest/);
  });

  test("are guarded by keys", async () => {
    const { host } = await opened(
      () => {
        for (const authLevel of ["anonymous", "function", "admin"] as const)
          app.http(`for-${authLevel}`, { authLevel, handler: () => ({}) });
      },
      { keys: { master: "m", host: "h", functions: { "for-function": "f", "for-anonymous": "other" } } },
    );
    const allowed = async (name: string, key?: string, where: "header" | "query" = "header") => {
      const headers: Record<string, string> = key !== undefined && where === "header" ? { "x-functions-key": key } : {};
      const query = where === "query" ? `?code=${key}` : "";
      return (await host.http(get(`/api/for-${name}${query}`, { headers }))).status;
    };
    expect(await allowed("anonymous")).toBe(200);
    expect(await allowed("function")).toBe(401);
    for (const key of ["f", "h", "m"]) expect(await allowed("function", key)).toBe(200);
    for (const key of ["", "other", "x"]) expect(await allowed("function", key)).toBe(401);
    expect(await allowed("function", "f", "query")).toBe(200);
    for (const key of ["f", "h"]) expect(await allowed("admin", key)).toBe(401);
    expect(await allowed("admin", "m")).toBe(200);
    expect(host.invocations).toHaveLength(6);
  });

  test("that throw, return nothing or are lost are told of by status alone", async () => {
    let isCalled = () => {};
    const called = new Promise<void>((resolve) => (isCalled = resolve));
    const hanging = () => {
      isCalled();
      return new Promise<never>(() => {});
    };
    const { host } = await opened(() => {
      app.http("fails", { handler: failing });
      app.http("nothing", { handler: () => undefined as never });
      app.http("wrong", { handler: () => "text" as never });
      app.http("empty", { handler: () => ({ status: 204, body: "x" }) });
      app.http("slow", { handler: hanging });
    });
    const status = async (name: string) => (await host.http(get(`/api/${name}`))).status;
    expect(await status("fails")).toBe(500);
    expect(await status("nothing")).toBe(204);
    expect(await status("wrong")).toBe(500);
    expect(await status("empty")).toBe(204);
    const lost = status("slow");
    await called;
    host.crash();
    expect(await lost).toBe(502);
  });
});
