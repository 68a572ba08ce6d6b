import { describe, expect, test } from "vitest";
import { type DroverError, PermanentError, RetryableError, UnauthorizedError } from "../../../lib/contracts/errors.ts";
import { failureOf, shown } from "../support.ts";
import {
  createScripted,
  heatFault,
  intentFor,
  json,
  preparedDerived,
  requestFor,
  scriptedConnection,
  tokenText,
} from "./support.ts";

type Kind = abstract new (...args: never[]) => DroverError;
const keystoneDown =
  "503 Service Unavailable\n\nThe server is currently unavailable. Please try again at a later time.\n\n The Keystone service is temporarily unavailable.  ";

const said = {
  heat: (code: number, type = "SomeType") => JSON.stringify(heatFault(code, type, "what it says")),
  nameless: (code: number) => JSON.stringify(heatFault(code, "RemoteError")),
  keystone: (code: number) => JSON.stringify({ error: { code, title: "A Title", message: "what it says" } }),
  gateway: (code: number) =>
    JSON.stringify({ error_code: `APIG.0${code}`, error_msg: "what it says", request_id: "apig-4711" }),
  fault: (code: number, name = "badRequest") =>
    JSON.stringify({ [name]: { code, message: "what it says", details: "more" } }),
  second: (code: number) =>
    JSON.stringify({ error: { type: "overLimit", code, message: "what it says", details: "" } }),
  text: () => "what it says",
  html: () => "<html><body>secret page</body></html>",
  empty: () => "",
};

/** Status and body, what it means for a read, and what for a create. */
const rows: readonly [number, string, Kind, string, Kind, "none" | "possible"][] = [
  [400, said.heat(400), PermanentError, "refused-by-provider", PermanentError, "none"],
  [400, said.fault(400), PermanentError, "refused-by-provider", PermanentError, "none"],
  [400, said.heat(400, "RequestLimitExceeded"), PermanentError, "request-limit-exceeded", PermanentError, "none"],
  [403, said.heat(403), UnauthorizedError, "forbidden", UnauthorizedError, "none"],
  [403, said.gateway(403), UnauthorizedError, "forbidden", UnauthorizedError, "none"],
  [404, said.gateway(404), PermanentError, "not-found", PermanentError, "none"],
  [404, said.html(), PermanentError, "not-found", PermanentError, "none"],
  [405, said.heat(405), PermanentError, "refused-by-provider", PermanentError, "none"],
  [409, said.heat(409), PermanentError, "conflict", PermanentError, "none"],
  [413, said.html(), RetryableError, "throttled", PermanentError, "none"],
  [429, said.gateway(429), RetryableError, "throttled", RetryableError, "none"],
  [500, said.heat(500), RetryableError, "provider-unavailable", RetryableError, "possible"],
  [500, said.nameless(500), RetryableError, "provider-unavailable", RetryableError, "possible"],
  [500, said.empty(), RetryableError, "provider-unavailable", RetryableError, "possible"],
  [502, said.html(), RetryableError, "provider-unavailable", RetryableError, "possible"],
  [503, keystoneDown, RetryableError, "provider-unavailable", RetryableError, "none"],
  [503, said.gateway(503), RetryableError, "provider-unavailable", RetryableError, "possible"],
  [503, said.html(), RetryableError, "provider-unavailable", RetryableError, "possible"],
  [503, `<p>${keystoneDown}</p>`, RetryableError, "provider-unavailable", RetryableError, "possible"],
  [504, said.text(), RetryableError, "provider-unavailable", RetryableError, "possible"],
  [408, said.text(), RetryableError, "provider-unavailable", RetryableError, "possible"],
];

const answers = (status: number, body: string, connection = scriptedConnection) =>
  createScripted((_m, path) => (path.startsWith("/v3/") ? undefined : new Response(body, { status })), { connection });

async function creating(cloud: ReturnType<typeof createScripted>) {
  const intent = intentFor(cloud.time, preparedDerived);
  return await failureOf(cloud.provider.createDeployment(requestFor(), intent, cloud.context()));
}

async function reading(cloud: ReturnType<typeof createScripted>) {
  return await failureOf(cloud.provider.prepareDeployment(requestFor({ useConfig: "as-is" }), cloud.context()));
}

describe("an answer", () => {
  test.each(rows)("%i %s", async (status, body, readKind, code, createKind, effect) => {
    const read = await reading(answers(status, body));
    expect(read).toBeInstanceOf(readKind);
    expect(read).toMatchObject({ code, status, effect: "none", provider: "heat", operation: "read-config" });
    const created = await creating(answers(status, body));
    expect(created).toBeInstanceOf(createKind);
    expect(created).toMatchObject({ status, effect, operation: "create-deployment" });
    expect(shown(read) + shown(created)).not.toContain("secret page");
  });

  test.each<[string, string, string]>([
    ["Heat", said.heat(400), 'SomeType "what it says"'],
    ["Heat, without a message", said.nameless(400), 'RemoteError "The explanation."'],
    ["Keystone", said.keystone(400), 'A Title "what it says"'],
    ["a gateway", said.gateway(400), 'APIG.0400 "what it says"'],
    ["Rackspace", said.fault(400), 'badRequest "what it says"'],
    ["Rackspace, in its other form", said.second(400), 'overLimit "what it says"'],
    ["nobody knows whom", said.text(), '"what it says"'],
    ["a page", said.html(), "with an HTML page"],
    ["an object of no known form", '{"a":[1]}', '"{\\"a\\":[1]}"'],
  ])("in the form of %s is quoted", async (_name, body, quote) => {
    expect(shown(await reading(answers(400, body)))).toContain(`got 400 ${quote}`);
  });

  test("quotes a bounded text without what was sent, or looks like a secret", async () => {
    const told = `${tokenText} password=hunter2 https://x.example/a?temp_url_sig=abc ${"word ".repeat(200)}`;
    const error = await reading(answers(400, JSON.stringify(heatFault(400, "T", told))));
    expect(shown(error)).not.toMatch(/canary|hunter2|temp_url_sig/);
    expect(error instanceof Error && error.message.length).toBeLessThan(500);
  });

  test("of a type that is no name is not quoted as one", async () => {
    const error = await reading(answers(400, JSON.stringify(heatFault(400, `${tokenText}\n<x>`, "m"))));
    expect(shown(error)).toContain('got 400 "m"');
  });

  test.each([
    ["x-openstack-request-id", "req-1"],
    ["X-Openstack-Request-Id", "req-1"],
  ])("carries the request id of %s", async (name, id) => {
    const cloud = createScripted((_m, path) =>
      path.startsWith("/v3/") ? undefined : new Response(said.heat(400), { status: 400, headers: { [name]: id } }),
    );
    expect(await reading(cloud)).toMatchObject({ requestId: id });
  });

  test("of a gateway carries the request id in its body", async () => {
    expect(await reading(answers(400, said.gateway(400)))).toMatchObject({ requestId: "apig-4711" });
    const told = JSON.stringify({
      error_code: "APIG.0101",
      error_msg: "m",
      request_id: "free text, which may be anything",
    });
    expect(await reading(answers(400, told))).toMatchObject({ requestId: undefined });
  });

  test("that the limit is exceeded says what to do", async () => {
    expect(shown(await creating(answers(400, said.heat(400, "RequestLimitExceeded"))))).toContain(
      "delete finished ones",
    );
  });
});

describe("too many requests at Rackspace", () => {
  const connection = {
    ...scriptedConnection,
    flavour: "rackspace" as const,
    authUrl: "https://keystone.example/v3",
    endpoint: "https://heat.example/v1/p1",
    credential: { kind: "api-key" as const, user: "joe", apiKey: "vault:login" },
  };
  const access = { token: { id: tokenText, tenant: { id: "p1" } }, serviceCatalog: [] };

  test.each([413, 429])("are %i, and pass", async (status) => {
    const cloud = createScripted(
      (_m, path) =>
        path.endsWith("/tokens")
          ? json(200, { access })
          : new Response(said.fault(413, "overLimit"), { status, headers: { "retry-after": "7" } }),
      { connection },
    );
    const error = await creating(cloud);
    expect(error).toBeInstanceOf(RetryableError);
    expect(error).toMatchObject({ code: "throttled", effect: "none", retryAfterMs: 7_000 });
  });
});

test("an answer above the bound is no answer", async () => {
  const cloud = answers(200, `"${"x".repeat(4 * 1024 * 1024)}"`);
  expect(await reading(cloud)).toMatchObject({ code: "unreadable-answer-too-large", effect: "none" });
  expect(await creating(answers(200, `"${"x".repeat(4 * 1024 * 1024)}"`))).toMatchObject({ effect: "possible" });
});
