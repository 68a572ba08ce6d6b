import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Secret } from "../../lib/contracts/secret.ts";
import { scrub, scrubbedLength } from "../../lib/providers/scrub.ts";

const jwt = "eyJhbGciOiJSUzI1NiJ9.eyJvaWQiOiJjYW5hcnkifQ.c2lnbmF0dXJlY2FuYXJ5";

describe("scrub", () => {
  test.each([
    ["Authorization: Bearer abc.def", "Authorization: Bearer [removed]"],
    [`the token ${jwt} is bad`, "the token [removed] is bad"],
    [
      "see https://x.blob.core.windows.net/c/i?sv=2024&sig=Zm9v%3D for it",
      "see https://x.blob.core.windows.net/c/i for it",
    ],
    ["sv=2024-11-04&sp=r&sig=Zm9vYmFy%3D", "sv=2024-11-04&sp=r&sig=[removed]"],
    ['{"access_token":"short","n":1}', '{"access_token":"[removed]","n":1}'],
    ["AccountKey=abc==;EndpointSuffix=x", "AccountKey=[removed];EndpointSuffix=x"],
    ["client_secret = hush", "client_secret = [removed]"],
    [`key ${"A1b2".repeat(11)}=`, "key [removed]"],
    ["one\r\ntwo\u0000three\u001b[31mred\u202Eback", "one two three [31mred back"],
  ])("cleans %j", (text, clean) => {
    expect(scrub(text)).toBe(clean);
  });

  test.each([
    "The image 985453bb-eb5c-4ff2-8e06-aef4786ac445 was not found.",
    `Device ${"0aF9".repeat(32)} has the capability`,
    "Trace 00-0af7651916cd43dd8448eb211c80319c",
  ])("leaves %j as it is", (text) => {
    expect(scrub(text)).toBe(text);
  });

  test("removes the given secrets as they are and as they stand in a URL or a form", () => {
    const secret = new Secret("p~w/8+=x y");
    expect(scrub(`a p~w/8+=x y b ${encodeURIComponent("p~w/8+=x y")} c`, [secret])).toBe("a [removed] b [removed] c");
  });

  test("never shows a given secret, nor a control character, nor more than the bound", () => {
    const secretText = fc.string({ minLength: 8, maxLength: 64 });
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), secretText, fc.string({ unit: "binary" }), (before, value, after) => {
        const clean = scrub(`${before}${value}${after}`, [new Secret(value)]);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what must not be there
        expect(clean).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
        expect(clean.length).toBeLessThanOrEqual(scrubbedLength);
        if (!"[removed]".includes(value) && !before.includes(value) && !after.includes(value) && /^\w+$/.test(value)) {
          expect(clean).not.toContain(value);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test("shows no half of a word that its own bound has cut", () => {
    const secretLike = `${"k".repeat(30)}canary${"k".repeat(30)}`;
    const filler = "x".repeat(16 * 1024 - 50);
    expect(scrub(`${filler} ${secretLike}`)).toBe("[removed]");
  });

  test("takes no long time for a hostile megabyte", () => {
    const began = performance.now();
    for (const piece of ["http://", "sig=", "eyJ", "Bearer ", "secret:", "a"])
      scrub(piece.repeat(1_000_000 / piece.length));
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});
