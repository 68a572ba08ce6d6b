import { describe, expect, test } from "vitest";
import { connectionSchema } from "../../lib/contracts/configuration.ts";
import { problemsOf } from "../../lib/contracts/parse.ts";
import { decodeRequest, type OperationRequest, RejectedRequestError } from "../../lib/contracts/request.ts";
import { handOverRequestOf } from "../../lib/contracts/requests/handed-over.ts";

const day = 24 * 3_600_000;
const info = { IpAddress: "192.168.1.20", Mask: "255.255.255.0", DefaultGateway: "192.168.1.1", Dns: ["192.168.1.1"] };

function decoded(type: string, data: object): OperationRequest {
  const request = { specversion: "1.0", id: "1", source: "/ci", type, data: { connection: "aws", ...data } };
  const found = decodeRequest(JSON.stringify(request));
  if (found.kind !== "operation") throw new Error("Expected an operation");
  return found.request;
}

function problemsIn(type: string, data: object): readonly string[] {
  try {
    decoded(type, data);
  } catch (error) {
    if (error instanceof RejectedRequestError) return error.problems;
    throw error;
  }
  throw new Error("Expected problems, got none");
}

const provision = (device: object, data: object = {}) =>
  decoded("drover.aws-panorama.provision", { device: { Name: "cam-1", ...device }, ...data });
const refused = (device: object, data: object = {}) =>
  problemsIn("drover.aws-panorama.provision", { device: { Name: "cam-1", ...device }, ...data });
const claim = (data: object) => decoded("drover.aws-iot.create-provisioning-claim", data);
const port = (change: object) => ({ NetworkingConfiguration: { Ethernet0: change } });
const address = (IpAddress: string) =>
  port({ ConnectionType: "STATIC_IP", StaticIpConnectionInfo: { ...info, IpAddress } });
const ntp = (...NtpServers: string[]) => ({ NetworkingConfiguration: { Ntp: { NtpServers } } });

describe("a request for a device", () => {
  test("keeps the vendor's fields as they are", () => {
    const device = {
      Name: "cam-1",
      Description: "",
      Tags: { site: "north" },
      NetworkingConfiguration: {
        Ethernet0: { ConnectionType: "STATIC_IP", StaticIpConnectionInfo: info },
        Ethernet1: { ConnectionType: "DHCP", StaticIpConnectionInfo: info },
        Ntp: { NtpServers: ["pool.ntp.org", "10.0.0.1:123"] },
      },
    };
    const { fields } = provision(device, { mint: "immediate", installers: ["van-1"], graceAfterExpiry: "PT1M" });
    expect(fields).toEqual({ device, mint: "immediate", installers: ["van-1"], graceAfterExpiry: "PT1M" });
  });

  test.each([
    [
      "a name with a space",
      { Name: "cam 1" },
      "device.Name: expected a device's name of 1 to 255 letters, digits, - _",
    ],
    ["no name", { Name: undefined }, "device.Name: expected string"],
    ["two lines", { Description: "a\nb" }, "device.Description: expected one line"],
    ["a long description", { Description: "a".repeat(256) }, "device.Description: expected at most 255 characters"],
    [
      "a tag of ours",
      { Tags: { "drover:operation": "x" } },
      "device.Tags: expected other tags than drover:operation and drover:attempt: Drover finds its devices by them",
    ],
    ["the other tag of ours", { Tags: { "drover:attempt": "" } }, /^device\.Tags: expected other tags/],
    [
      "49 tags",
      { Tags: Object.fromEntries(Array.from({ length: 49 }, (_, index) => [`k${index}`, ""])) },
      "device.Tags: expected at most 48 tags: a device has 50, and 2 of them are Drover's",
    ],
    ["an empty tag", { Tags: { "": "x" } }, /^device\.Tags\.\*: key: expected at least one character/],
    [
      "a static port without its address",
      port({ ConnectionType: "STATIC_IP" }),
      "device.NetworkingConfiguration.Ethernet0.StaticIpConnectionInfo: expected the address of a port with STATIC_IP: without it the appliance reaches no network",
    ],
    ["another kind of port", port({ ConnectionType: "dhcp" }), /Ethernet0\.ConnectionType: expected STATIC_IP or DHCP/],
    [
      "half an address",
      port({ ConnectionType: "DHCP", StaticIpConnectionInfo: { ...info, Mask: undefined } }),
      /StaticIpConnectionInfo\.Mask: expected string/,
    ],
    [
      "a zero before",
      address("10.0.0.01"),
      /IpAddress: expected an IPv4 address such as 192\.168\.1\.20, without zeros/,
    ],
    ["a prefix length", address("10.0.0.1/24"), /IpAddress: expected an IPv4 address/],
    ["a port of 0", address("10.0.0.1:0"), /IpAddress: expected an IPv4 address/],
    [
      "six time servers",
      ntp(..."abcdef".split("").map((one) => `${one}.org`)),
      /NtpServers: expected at most 5 time servers/,
    ],
    ["a time server in capitals", ntp("Pool.ntp.org"), /NtpServers\.0: expected a host name in small letters/],
    ["an unknown member", { ClientToken: "x" }, /^device: 1 unknown key: expected Name, Description/],
  ])("is refused for %s, in a sentence", (_what, change, problem) => {
    const problems = refused(change);
    expect(problems).toHaveLength(1);
    if (typeof problem === "string") expect(problems).toEqual([problem]);
    else expect(problems[0]).toMatch(problem);
  });

  test.each([
    ["a mint of its own", { mint: "later" }, "mint: expected on-pickup or immediate"],
    ["nobody who installs", { installers: [] }, /^installers: expected at least one client/],
    [
      "17 who install",
      { installers: Array.from({ length: 17 }, (_, index) => `c${index}`) },
      "installers: expected at most 16 clients",
    ],
    ["one twice", { installers: ["a", "a"] }, "installers: expected every client once"],
    ["a name that is none", { installers: ["a b"] }, /^installers\.0: expected a client's name/],
    [
      "a short grace",
      { graceAfterExpiry: "PT59S" },
      /^graceAfterExpiry: expected an ISO 8601 duration from PT1M to P1D/,
    ],
    ["a long grace", { graceAfterExpiry: "P1DT1S" }, /^graceAfterExpiry/],
    ["a grace that is no duration", { graceAfterExpiry: "soon" }, /^graceAfterExpiry/],
  ])("is refused for %s", (_what, data, problem) => {
    const [found = ""] = refused({}, data);
    if (typeof problem === "string") expect(found).toBe(problem);
    else expect(found).toMatch(problem);
  });

  test("takes its bounds", () => {
    provision({}, { graceAfterExpiry: "P1D", installers: Array.from({ length: 16 }, (_, index) => `c${index}`) });
    provision({ Name: "a".repeat(255), Description: "💡".repeat(255) });
  });
});

describe("a request for a claim", () => {
  test("names a template, and no grace: nothing stays that could be used later", () => {
    expect(claim({ templateName: "Gateways_1-a" }).fields).toEqual({ templateName: "Gateways_1-a" });
    const type = "drover.aws-iot.create-provisioning-claim";
    const expected = "templateName: expected a template's name of 1 to 36 letters, digits, _ -";
    for (const templateName of ["", "a b", "a".repeat(37), "a/b"]) {
      expect(problemsIn(type, { templateName })).toEqual([expected]);
    }
    expect(problemsIn(type, { templateName: "a", graceAfterExpiry: "PT1M" })[0]).toMatch(/1 unknown key/);
  });
});

describe("a hand-over", () => {
  test("has a week when somebody has to come for it, and two hours otherwise", () => {
    expect(provision({}).deadlineMs).toBe(7 * day);
    expect(claim({ templateName: "a", mint: "on-pickup" }).deadlineMs).toBe(7 * day);
    expect(provision({}, { mint: "immediate" }).deadlineMs).toBe(2 * 3_600_000);
    expect(claim({ templateName: "a", mint: "immediate" }).deadlineMs).toBe(2 * 3_600_000);
    expect(provision({}, { mint: "immediate", deadline: "PT5M" }).deadlineMs).toBe(300_000);
  });

  test("is read from a stored request, with its defaults", () => {
    expect(handOverRequestOf(provision({}))).toEqual({ mint: "on-pickup", graceMs: 900_000 });
    const data = { mint: "immediate", installers: ["van-1", "van-2"], graceAfterExpiry: "PT2M" };
    expect(handOverRequestOf(provision({}, data))).toEqual({
      mint: "immediate",
      installers: ["van-1", "van-2"],
      graceMs: 120_000,
    });
    expect(handOverRequestOf(claim({ templateName: "a" }))).toEqual({ mint: "on-pickup", graceMs: 0 });
  });
});

describe("a connection", () => {
  const credential = { kind: "environment" };
  const panorama = { kind: "aws-panorama", endpoint: "http://127.0.0.1:4599", region: "eu-west-1", credential };
  const iot = { kind: "aws-iot", region: "eu-west-1", credential, templates: ["gateways"] };
  const problems = (connection: object): readonly string[] => {
    const parsed = connectionSchema.safeParse(connection);
    return parsed.success ? [] : problemsOf(parsed.error, 32, connectionSchema);
  };

  test("to Panorama has to say where: AWS's own service is gone", () => {
    const { endpoint: _, ...nowhere } = panorama;
    expect(problems(nowhere)).toEqual([
      "endpoint: expected the URL of a compatible service: AWS withdrew its own on 2026-05-31",
    ]);
    expect(problems({ ...panorama, endpoint: "http://panorama.example" })[0]).toMatch(
      /^endpoint: expected an https URL/,
    );
    expect(problems(panorama)).toEqual([]);
  });

  test("to Panorama changes at most 50 times a minute, unless it says otherwise", () => {
    const limitsOf = (limits?: object) => connectionSchema.parse({ ...panorama, ...(limits ? { limits } : {}) }).limits;
    expect(limitsOf()).toEqual({ changesPerMinute: 50 });
    expect(limitsOf({ inFlight: 3 })).toEqual({ changesPerMinute: 50, inFlight: 3 });
    expect(limitsOf({ changesPerMinute: 9 })).toEqual({ changesPerMinute: 9 });
    expect(problems({ ...panorama, limits: { changesPerMinute: 601 } })).toHaveLength(1);
    expect(connectionSchema.parse(iot).limits).toBeUndefined();
  });

  test("to AWS IoT has to list templates", () => {
    expect(problems(iot)).toEqual([]);
    expect(problems({ ...iot, templates: undefined })).toHaveLength(1);
    expect(problems({ ...iot, templates: [] })).toHaveLength(1);
  });

  test.each([panorama, iot])("settles long enough, away from loopback: %j", (connection) => {
    const pace = { settling: "PT5S" };
    expect(problems({ ...connection, endpoint: "http://127.0.0.1:1", pace })).toEqual([]);
    expect(problems({ ...connection, endpoint: "https://aws.example", pace })).toEqual([
      "pace.settling: expected at least PT2M (less only for an endpoint on loopback)",
    ]);
    expect(problems({ ...connection, region: "Frankfurt" })).toEqual([
      "region: expected a region such as eu-central-1",
    ]);
  });
});
