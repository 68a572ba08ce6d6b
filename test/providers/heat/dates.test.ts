import { afterAll, beforeAll, expect, test } from "vitest";
import { Secret } from "../../../lib/contracts/secret.ts";
import { dateMsOf, isoOf } from "../../../lib/providers/heat/dates.ts";
import { objectIn, signalObjectOf, signedUrl } from "../../../lib/providers/heat/temp-url.ts";

const zone = process.env["TZ"];
beforeAll(() => {
  // Where a time without a zone would be another one if it were taken for local.
  process.env["TZ"] = "America/New_York";
});
afterAll(() => {
  if (zone === undefined) delete process.env["TZ"];
  else process.env["TZ"] = zone;
});

test("these tests run far from Greenwich", () => {
  expect(new Date("2026-11-21T00:00:00").getTimezoneOffset()).toBe(300);
});

test.each([
  ["2026-11-21T04:16:03Z", "2026-11-21T04:16:03.000Z"],
  ["2026-11-21T04:16:03z", "2026-11-21T04:16:03.000Z"],
  ["2026-11-21T04:16:03", "2026-11-21T04:16:03.000Z"],
  ["2018-05-15T08:48:23.500895", "2018-05-15T08:48:23.500Z"],
  ["2026-11-21T05:13:08.000000Z", "2026-11-21T05:13:08.000Z"],
  ["2026-11-21T05:13:08+01:00", "2026-11-21T04:13:08.000Z"],
  ["2026-11-21T05:13:08.25-0530", "2026-11-21T10:43:08.250Z"],
  ["2026-11-21T05:13:08.9999", "2026-11-21T05:13:08.999Z"],
])("%s is %s", (text, iso) => {
  expect(isoOf(text)).toBe(iso);
});

test.each(["", "now", "2026-11-21", "2026-13-41T04:16:03Z", "21 Nov 2026 04:16:03", null, undefined, 5, {}])(
  "%j is no time",
  (value) => {
    expect(dateMsOf(value)).toBeUndefined();
  },
);

test.each(["sha1", "sha256"] as const)("a signed URL is what the object store computes, with %s", (digest) => {
  const url = signedUrl({
    method: "PUT",
    endpoint: "https://store.example/v1/AUTH_a/",
    container: "c",
    object: "o",
    expiresMs: 1_700_000_000_999,
    key: new Secret("mykey"),
    digest,
  });
  // By openssl: printf 'PUT\n1700000000\n/v1/AUTH_a/c/o' | openssl dgst -sha1 -hmac mykey
  const known = {
    sha1: "cfa8ce5c61cc4634ef3d3205a5c734977ae21d21",
    sha256: "91f99d070abba47fa68f9b23fb0e18dac687080959b162bac1a7f80efd05abf4",
  };
  expect(url.reveal()).toBe(
    `https://store.example/v1/AUTH_a/c/o?temp_url_sig=${known[digest]}&temp_url_expires=1700000000`,
  );
});

test("a signal object is known by its name alone", () => {
  const name = signalObjectOf("a".repeat(52), "nonce");
  expect(objectIn(`https://s.example/v1/AUTH_a/c/${name}?temp_url_sig=x`)).toBe(name);
  expect(signalObjectOf("a".repeat(52), "other")).not.toBe(name);
  for (const other of [undefined, 5, "no url", "https://s.example/v1/a/c/other?x", `https://s.example/${name}/more`]) {
    expect(objectIn(other)).toBeUndefined();
  }
});
