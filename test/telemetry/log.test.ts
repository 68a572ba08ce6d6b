import { describe, expect, test } from "vitest";
import { commandLog, readableLog, structuredLog } from "../../cli/log.ts";
import type { Style } from "../../cli/terminal.ts";
import type { Log, LogFields } from "../../lib/contracts/ports.ts";
import { redacted } from "../../lib/platforms/redaction.ts";

const canary = "c4n4ryC4N4RYc4n4ry99";
const jwt = `eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0${canary}.c2ln${canary}`;
const pem = `-----BEGIN RSA PRIVATE KEY-----\nMIIE${canary}\n+/${canary}==\n-----END RSA PRIVATE KEY-----`;

const plain = (text: string) => text;
const noStyle: Style = { good: plain, bad: plain, odd: plain, waiting: plain, faint: plain, strong: plain };

/** Each holds the canary where a credential of that kind holds its secret. */
const leaks: readonly (readonly [string, string])[] = [
  ["a bearer token", `the answer to authorization: Bearer ${canary} was 401`],
  ["a bearer token, lower case", `bearer ${canary}`],
  ["basic credentials", `Authorization: Basic ${canary}==`],
  ["a webhook secret", `signed with whsec_${canary}=`],
  ["an account key", `DefaultEndpointsProtocol=https;AccountName=a;AccountKey=${canary}+/==;EndpointSuffix=x`],
  ["a shared access key", `Endpoint=sb://x/;SharedAccessKeyName=n;SharedAccessKey=${canary}=`],
  ["a SAS", `GET https://a.blob.core.windows.net/c/b?sv=2024&sig=${canary}%3D&se=2026`],
  ["a SAS at the front", `https://a.queue.core.windows.net/q?sig=${canary}`],
  ["a temporary URL", `PUT https://swift/v1/a/c/o?temp_url_sig=${canary}&temp_url_expires=1`],
  ["an escaped temporary URL", `next=https%3A%2F%2Fswift%2Fo%3Ftemp_url_sig%3D${canary}`],
  ["an AWS signature", `https://s3/x?X-Amz-Signature=${canary}`],
  ["a JWT", `got ${jwt}, expired`],
  ["a PEM block", `key: ${pem} end`],
  ["a PEM block that was cut off", `key: ${pem.slice(0, 70)}`],
  ["a form", `grant_type=client_credentials&client_secret=${canary}&scope=x`],
  ["JSON in a text", `body ${JSON.stringify({ access_token: canary, expires_in: 1 })}`],
  ["JSON in JSON in a text", JSON.stringify(JSON.stringify({ password: canary }))],
  ["a Keystone token", `X-Subject-Token: ${canary}`],
  ["a URL with a password", `https://ada:${canary}@example.org/x`],
  ["a URL with a password alone", `https://:${canary}@example.org/x`],
  ["a token as an assignment", `ran with token=${canary} and failed`],
  ["our own token", `DROVER_TOKEN=${canary} drover operations list`],
  ["a token in quotes", `DROVER_TOKEN="${canary} ${canary}" drover operations list`],
  ["a password in single quotes", `mysql --password='${canary} ${canary}'`],
  ["an API key", `api_key=${canary}`],
  ["an API key in a header", `x-api-key: ${canary}`],
  ["a secret key of AWS", `aws_secret_access_key = ${canary}/+=`],
  ["a function's key", `POST https://app.azurewebsites.net/api/f?code=${canary}==&x=1`],
  ["a function's key behind others", `https://app.azurewebsites.net/api/f?x=1&code=${canary}`],
  ["a webhook's signature", `webhook-signature: v1,${canary}/+= v1,${canary}/+=`],
  ["a webhook's signature as JSON", JSON.stringify({ "webhook-signature": `v1a,${canary}/+=` })],
  ["an API key as JSON", `body {"apiKey":"${canary}","x":1}`],
  ["an API key as JSON in JSON", JSON.stringify(JSON.stringify({ apiKey: `${canary} "${canary}"` }))],
  ["keys of a provisioning service", JSON.stringify({ primaryKey: `${canary}=`, secondaryKey: `${canary}=` })],
  ["a connection string", `HostName=x.azure-devices.net;SharedAccessKeyName=o;SharedAccessKey=${canary}=`],
  ["a SAS token", `SharedAccessSignature sr=x&sig=${canary}%3D&se=1&skn=o`],
  ["a private key", `-----BEGIN PRIVATE KEY-----\n${canary}\n-----END PRIVATE KEY-----`],
  [
    "a private key as JSON",
    JSON.stringify({ pem: `-----BEGIN EC PRIVATE KEY-----\n${canary}\n-----END EC PRIVATE KEY-----` }),
  ],
  ["a JWT behind other words", `session-${jwt}`],
];

function lines(): { readonly all: string[]; readonly write: (text: string) => void } {
  const all: string[] = [];
  return { all, write: (text) => all.push(text) };
}

const logs: readonly (readonly [string, (write: (text: string) => void) => Log])[] = [
  ["structured", (write) => structuredLog("debug", write)],
  ["readable", (write) => readableLog("debug", noStyle, write)],
  ["of a command", (write) => commandLog(write)],
];

describe.each(logs)("the %s log", (_name, open) => {
  test.each(leaks)("shows nothing of %s", (_what, text) => {
    const { all, write } = lines();
    const log = open(write);
    log.warn(text);
    log.error("a step failed", { error: text, operation: "op" });
    expect(all).toHaveLength(2);
    expect(all.join("")).not.toContain(canary);
    expect(all.join("")).toContain("[redacted]");
    expect(all[1]).toContain("op");
  });
});

describe("the structured log", () => {
  const entryOf = (message: string, fields: LogFields): Record<string, unknown> => {
    const { all, write } = lines();
    structuredLog("debug", write).warn(message, fields);
    return JSON.parse(all.join(""));
  };

  test.each(leaks)("stays JSON with %s", (_what, text) => {
    const entry = entryOf(text, { error: text, operation: "op-1", trace_id: "4bf92f3577b34da6a3ce929d0e0e4736" });
    expect(entry).toMatchObject({ level: "warn", operation: "op-1", trace_id: "4bf92f3577b34da6a3ce929d0e0e4736" });
  });

  test("hides fields by their name, whatever they hold", () => {
    const entry = entryOf("x", { password: "short", authorization: "y", token: "z", step: "start-deployment" });
    expect(entry).toMatchObject({
      password: "[redacted]",
      authorization: "[redacted]",
      token: "[redacted]",
      step: "start-deployment",
    });
  });

  test.each([
    "Expected a Bearer authorization, got none: send the token of a client",
    "Basic authentication is not supported here, sign the request instead",
    "Expected a client_secret in the vault under vault:app, got none",
    "operation 2b1c4d5e6f708192a3b4c5d6e7 waits for https://management.azure.com/x?api-version=2024-04-01",
    "the signature of the body is missing",
    "Basic authorization and a Bearer token are what it takes, and Basic credentials are not",
    "Expected a token: drover clients token makes one; the error code=17 says nothing more",
    "Expected at most 3 keys, got key=primary and 12 tokens=unused",
    "POST /requests answered 429 with the code: too-many-requests",
  ])("leaves a sentence alone: %s", (text) => {
    expect(redacted(text)).toBe(text);
  });
});

test.each([
  [`DROVER_TOKEN='a b' drover list`, `DROVER_TOKEN='[redacted]' drover list`],
  [`DROVER_TOKEN="a b" drover list`, `DROVER_TOKEN="[redacted]" drover list`],
  [`{"a":{"apiKey":"k","x":"y"},"b":1}`, `{"a":{"apiKey":"[redacted]","x":"y"},"b":1}`],
  [`"{\\"primaryKey\\":\\"k\\",\\"x\\":1}"`, `"{\\"primaryKey\\":\\"[redacted]\\",\\"x\\":1}"`],
  ["a?code=abc&x=1", "a?code=[redacted]&x=1"],
  ["-----BEGIN A-----x\\", "[redacted]"],
])("of %j no more is hidden than the credential", (text, shown) => {
  expect(redacted(text)).toBe(shown);
});

test("credentials of Basic without a digit are hidden", () => {
  for (const text of ["ada:secret", "user:pass", "a:correct horse battery staple", "ü:ö:ä"]) {
    const encoded = Buffer.from(text).toString("base64");
    expect(redacted(`Authorization: Basic ${encoded} was refused`)).not.toContain(encoded.replace(/=+$/, ""));
  }
});

/** Texts that a pattern which looks at everything again from each place would need minutes for. */
describe("a megabyte", () => {
  const megabyte = 1_000_000;
  const pieces = [
    "eyJaaaaa-",
    "eyJaaaaa.",
    "eyJaaaaa.bbbbb",
    "-----BEGIN A-----\\",
    "-----BEGIN A-----\\\n",
    "-----BEGIN A-----",
    "-----BEGIN ",
    "Bearer+",
    "Basic%20",
    "Basic dXNlcjpwYXNz ",
    "Bearer ",
    "whsec_",
    "://a:",
    "://:",
    "://",
    "token=",
    "token = ",
    'token="',
    "token='\\",
    '"apiKey":"',
    '\\"apiKey\\":\\"',
    '"apiKey"    ',
    '"aaaaaaaa',
    "\\\\\\\\",
    "aaaaaaaaaa",
    "a.",
    "v1,",
    "v1,aaaaaaaaaaaaaaaaaaaa",
    "?code=",
    "x-api-key:   ",
    "          ",
  ];
  test.each(pieces)("of %j is looked through in one go", (piece) => {
    const text = piece.repeat(Math.ceil(megabyte / piece.length));
    for (const each of [text, `${text}\\`, `${text}"`, `x${text}!`]) expect(typeof redacted(each)).toBe("string");
  });

  test.each(logs)("is cut for the %s log, and no secret with it", (_name, open) => {
    const { all, write } = lines();
    const text = `${"x ".repeat(megabyte / 2)}`;
    open(write).warn(text, { error: text });
    open(write).warn(`${"x ".repeat(8_000)}${"y".repeat(380)} https://ada:${canary.repeat(20)}@example.org/`);
    expect(all.join("").length).toBeLessThan(100_000);
    expect(all.join("")).not.toContain(canary);
    expect(all[0]).toMatch(/cut/);
  });
});
