import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { messageOf } from "../../lib/contracts/errors.ts";
import { kindOf, permittedAddresses } from "../../lib/sinks/guard.ts";

/** Address, what it is, and whether `allowPrivateAddresses` opens it. */
const refused: readonly (readonly [string, string, boolean])[] = [
  ["127.0.0.1", "loopback", true],
  ["127.255.255.254", "loopback", true],
  ["::1", "loopback", true],
  ["10.0.0.1", "private", true],
  ["172.16.0.1", "private", true],
  ["172.31.255.255", "private", true],
  ["192.168.1.1", "private", true],
  ["fc00::1", "uniqueLocal", true],
  ["fd00::1", "uniqueLocal", true],
  ["100.64.0.1", "carrierGradeNat", true],
  ["100.127.255.255", "carrierGradeNat", true],
  ["::ffff:127.0.0.1", "loopback", true],
  ["::ffff:7f00:1", "loopback", true],
  ["::ffff:10.1.2.3", "private", true],
  ["64:ff9b::10.0.0.1", "private", true],
  ["64:ff9b::7f00:1", "loopback", true],
  ["0.0.0.0", "unspecified", false],
  ["0.1.2.3", "unspecified", false],
  ["::", "unspecified", false],
  ["169.254.169.254", "linkLocal", false],
  ["169.254.0.1", "linkLocal", false],
  ["::ffff:169.254.169.254", "linkLocal", false],
  ["64:ff9b::a9fe:a9fe", "linkLocal", false],
  ["fe80::1", "linkLocal", false],
  ["169.254.170.2", "linkLocal", false],
  ["::ffff:169.254.170.2", "linkLocal", false],
  ["168.63.129.16", "cloudHost", false],
  ["::ffff:168.63.129.16", "cloudHost", false],
  ["64:ff9b::a83f:8110", "cloudHost", false],
  ["fd00:ec2::254", "cloudHost", false],
  ["fd00:0ec2:0000:0000:0000:0000:0.0.2.84", "cloudHost", false],
  ["FD00:EC2:0:0::254", "cloudHost", false],
  ["fd00:ec2::23", "cloudHost", false],
  ["fd20:ce::254", "cloudHost", false],
  ["fd00:c1::a9fe:a9fe", "cloudHost", false],
  ["100.100.100.200", "cloudHost", false],
  ["::ffff:100.100.100.200", "cloudHost", false],
  ["::ffff:6464:64c8", "cloudHost", false],
  ["64:ff9b::100.100.100.200", "cloudHost", false],
  ["::ffff:192.0.0.192", "cloudHost", false],
  ["64:ff9b::c000:c0", "cloudHost", false],
  ["224.0.0.1", "multicast", false],
  ["239.255.255.255", "multicast", false],
  ["ff02::1", "multicast", false],
  ["255.255.255.255", "broadcast", false],
  ["192.0.0.1", "reserved", false],
  ["192.0.0.192", "cloudHost", false],
  ["192.0.2.1", "reserved", false],
  ["192.88.99.1", "reserved", false],
  ["198.18.0.1", "reserved", false],
  ["198.19.255.255", "reserved", false],
  ["198.51.100.1", "reserved", false],
  ["203.0.113.1", "reserved", false],
  ["240.0.0.1", "reserved", false],
  ["192.31.196.1", "as112", false],
  ["192.52.193.1", "amt", false],
  ["::7f00:1", "reserved", false],
  ["::ffff:0:127.0.0.1", "rfc6145", false],
  ["64:ff9b:1::1", "rfc6052", false],
  ["64:ff9b:0:1::808:808", "reserved", false],
  ["2002:7f00:1::", "6to4", false],
  ["2002:808:808::1", "6to4", false],
  ["2001::1", "teredo", false],
  ["2001:0:7f00:1::", "teredo", false],
  ["2001:db8::1", "reserved", false],
  ["3fff::1", "reserved", false],
  ["2001:2::1", "benchmarking", false],
  ["2001:10::1", "deprecatedOrchid", false],
  ["2001:20::1", "orchid2", false],
  ["100::1", "discard", false],
  ["fec0::1", "deprecatedSiteLocal", false],
  ["5f00::1", "segmentRouting", false],
  ["4000::1", "reserved", false],
  ["e000::1", "reserved", false],
  ["fe80::1%eth0", "malformed", false],
  ["2606:4700::1%1", "malformed", false],
  ["0177.0.0.1", "malformed", false],
  ["0x7f.1", "malformed", false],
  ["2130706433", "malformed", false],
  ["127.1", "malformed", false],
  [" 8.8.8.8", "malformed", false],
  ["8.8.8.8 ", "malformed", false],
  ["", "malformed", false],
];
const open = [
  "8.8.8.8",
  "1.1.1.1",
  "172.32.0.1",
  "100.128.0.1",
  "2606:4700::1111",
  "::ffff:8.8.8.8",
  "64:ff9b::808:808",
];

const outcome = (addresses: readonly string[], allow: boolean) =>
  permittedAddresses("crm.example", async () => addresses, allow).then(
    (found) => found.map(({ address }) => address),
    (error: unknown) => messageOf(error),
  );

describe("addresses", () => {
  test.each(refused)("%s is %s", async (address, kind, openable) => {
    expect(kindOf(address)).toBe(kind);
    expect(await outcome([address], false)).toContain(`a ${kind} address`);
    expect(await outcome([address], true)).toEqual(openable ? [address] : expect.stringContaining(kind));
  });

  test.each(open)("%s is public", async (address) => {
    expect(kindOf(address)).toBe("public");
    expect(await outcome([address], false)).toEqual([address]);
  });

  test("are refused together when one is", async () => {
    expect(await outcome(["8.8.8.8", "10.0.0.1"], false)).toContain("a private address (10.0.0.1)");
    expect(await outcome(["8.8.8.8", "169.254.169.254"], true)).toContain("a linkLocal address");
    expect(await outcome([], false)).toBe("no address");
  });

  /** What a URL makes of odd forms is what is checked: a literal is never looked up. */
  test.each([
    ["https://2130706433/", "loopback"],
    ["https://0x7f.0.0.1/", "loopback"],
    ["https://0177.0.0.1/", "loopback"],
    ["https://127.1/", "loopback"],
    ["https://0/", "unspecified"],
    ["https://0xa9fea9fe/", "linkLocal"],
    ["https://①⑥⑨.254.169.254/", "linkLocal"],
    ["https://[::ffff:a9fe:a9fe]/", "linkLocal"],
    ["https://[::]/", "unspecified"],
    ["https://0x646464c8/", "cloudHost"],
    ["https://100.100.25800/", "cloudHost"],
    ["https://[fd00:ec2:0::254]/", "cloudHost"],
  ])("in the odd form %s are %s", async (text, kind) => {
    const never = () => Promise.reject(new Error("looked up"));
    const tried = permittedAddresses(new URL(text).hostname, never, false);
    await expect(tried).rejects.toThrow(`a ${kind} address`);
  });

  test("with a zone are no URL at all", () => {
    expect(URL.parse("https://[fe80::1%25eth0]/")).toBeNull();
  });

  test("count as public for no text but an address", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.domain(), fc.ipV4Extended()), (text) => {
        if (/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return;
        expect(kindOf(text)).not.toBe("public");
      }),
    );
  });

  test("inside a mapped address count as what they are", () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(kindOf(`::ffff:${address}`)).toBe(kindOf(address));
        expect(kindOf(`64:ff9b::${address}`)).toBe(kindOf(address));
      }),
    );
  });
});
