import { expect, test } from "vitest";
import { withoutOpaque } from "../../../lib/providers/aws/opaque.ts";
import { scrub } from "../../../lib/providers/scrub.ts";

const { show } = withoutOpaque({
  status: 400,
  host: "panorama.example",
  text: "",
  show: (text, maxLength) => scrub(text, [], maxLength),
});

test.each([
  "The device device-a2b3c4d5e6f7a2b3c4d5e6f7ab was not found.",
  "ServiceQuotaExceededException",
  "arn:aws:panorama:eu-west-1:123456789012:device/device-a2b3c4d5e6f7a2b3c4d5e6f7ab",
  "1 validation error detected: Value at 'NetworkingConfiguration.Ethernet0.ConnectionType' failed",
])("shows what people need: %s", (text) => {
  expect(show(text)).toBe(text);
});

test.each([
  ["base64", Buffer.from("a private key, and more of it").toString("base64")],
  ["base64 with escaped slashes", "AAAA\\/BBBB\\/CCCC\\/DDDD\\/EEEE\\/FFFF"],
  ["hexadecimal digits", "0123456789abcdef01234567"],
  ["as many of them as a device's id has", "abcdef23456abcdef23456abcd"],
  ["letters alone", "QWERTZUIOPASDFGHJKLYXCVB"],
  ["letters that end like an error", `Error${"AbCdEfGh".repeat(6)}Exception`],
])("removes %s", (_what, run) => {
  expect(show(`before ${run} after`)).toBe("before [removed] after");
});

test("knows a device's id by its length", () => {
  const id = "device-a2b3c4d5e6f7g2a2b3c4d5e6f7";
  expect(show(`${id} and ${id}More`)).toBe(`${id} and device-[removed]`);
});

test("bounds what it shows", () => {
  expect(show("word ".repeat(1_000))).toHaveLength(200);
  expect(show("word ".repeat(1_000), 60)).toHaveLength(60);
});
