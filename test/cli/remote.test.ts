import { expect, onTestFinished, test } from "vitest";
import { listenHttp } from "../../cli/http-listener.ts";
import { sha256Hex } from "../../lib/contracts/identifiers.ts";
import { fixture, request } from "../functions/harness.ts";
import { desk, openDesk } from "./harness.ts";

const token = "token-of-the-operators-team";
const allow = {
  sources: ["*"],
  types: ["*"],
  connections: ["*"],
  actions: ["submit", "read", "cancel", "resolve", "redrive", "pause", "administer"],
};
const clients = { ops: { auth: { kind: "bearer", tokens: [`sha256:${sha256Hex(token)}`] }, allow } };

async function deployed() {
  const { host, emulator } = fixture({ clients });
  host.start();
  const listener = await listenHttp("127.0.0.1:0", (sent) => host.guarded.fetch(sent));
  onTestFinished(() => listener.close());
  const here = openDesk(async () => new Response(null, { status: 500 }), {});
  here.write("a.json", request("a", { source: "/ci" }));
  const run = (args: readonly string[], variables = { DROVER_TOKEN: token }) =>
    here.run(["--url", listener.url, ...args], { variables });
  return { host, emulator, here, run, url: listener.url };
}

test("every command works against a deployed system, without a configuration here", async () => {
  const { run } = await deployed();
  const submitted = await run(["submit", "a.json", "--wait", "--json"]);
  expect([submitted.code, submitted.err]).toEqual([0, ""]);
  const listed = await run(["operations", "list", "--json"]);
  const [page = {}] = listed.json;
  const operations = page["operations"] as { readonly id: string; readonly requestedBy: string }[];
  expect(operations.map(({ requestedBy }) => requestedBy)).toEqual(["ops"]);
  const id = operations[0]?.id ?? "";
  for (const args of [
    ["operations", "show", id],
    ["operations", "history", id.slice(0, 12)],
    ["explain", id],
    ["operations", "cancel", id],
    ["watch", id],
    ["submit", "a.json", "--dry-run"],
    ["connections", "list"],
    ["connections", "pause", "sphere"],
    ["connections", "resume", "sphere"],
    ["connections", "check", "sphere"],
    ["dead-letters", "list"],
  ]) {
    const ran = await run(args);
    expect({ args, code: ran.code, err: ran.err }).toEqual({ args, code: 0, err: "" });
  }
  expect((await run(["operations", "resolve", id, "--as", "failed", "--note", "x"])).code).toBe(4);
  expect((await run(["operations", "show", "b".repeat(52)])).code).toBe(4);
});

test("shows the same as on the local folder", async () => {
  const { run, host } = await deployed();
  await run(["submit", "a.json", "--wait"]);
  const [remote] = (await run(["operations", "list", "--json"])).json;
  const local = await host.application.fetch(new Request("http://drover/operations"));
  expect(remote?.["operations"]).toEqual(((await local.json()) as { operations: unknown }).operations);
});

test("DROVER_URL does the same as --url", async () => {
  const { here, url } = await deployed();
  const ran = await here.run(["operations", "list"], { variables: { DROVER_URL: url, DROVER_TOKEN: token } });
  expect(ran.code).toBe(0);
});

test.each<[string, Record<string, string>, number, RegExp]>([
  ["no token", {}, 2, /Expected DROVER_TOKEN/],
  ["a wrong token", { DROVER_TOKEN: "some-other-token-entirely" }, 2, /Expected credentials that are known here/],
])("%s is said, and the token is not", async (_, variables, code, said) => {
  const { here, url } = await deployed();
  const ran = await here.run(["operations", "list"], { variables: { DROVER_URL: url, ...variables } });
  expect(ran.err).toMatch(said);
  expect(ran.err).not.toContain("some-other-token");
  expect(ran.code).toBe(code);
});

test("a system that is not there is said", async () => {
  const ran = await desk().run(["--url", "http://127.0.0.1:1", "operations", "list"], {
    variables: { DROVER_TOKEN: token },
  });
  expect([ran.code, /Expected an answer from http:\/\/127.0.0.1:1 .*ECONNREFUSED/.test(ran.err)]).toEqual([5, true]);
});

test("an address without encryption is refused", async () => {
  const ran = await desk().run(["--url", "http://drover.example", "operations", "list"], {
    variables: { DROVER_TOKEN: token },
  });
  expect([ran.code, ran.err]).toEqual([2, expect.stringContaining("Expected --url as an https URL")]);
});

test("a token and its hash belong together", async () => {
  const [made] = (await desk().run(["clients", "token", "--json"])).json;
  expect(made?.["hash"]).toBe(`sha256:${sha256Hex(String(made?.["token"]))}`);
});
