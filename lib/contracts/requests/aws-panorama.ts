import * as z from "zod/mini";
import { graceAfterExpiry, handedOver } from "./handed-over.ts";

/** Tags by which Drover knows what it has made. */
export const operationTag = "drover:operation";
export const attemptTag = "drover:attempt";
const ownTags: readonly string[] = [operationTag, attemptTag];
/** Of a device. */
const tagsMax = 50;
const usersTagsMax = tagsMax - ownTags.length;

/** What the service counts are characters, not the halves that JavaScript makes of some. */
const atMost = (max: number) =>
  z.refine<string>((text) => text.length <= max || [...text].length <= max, `expected at most ${max} characters`);
const oneLine = z.refine<string>((text) => !/[\n\r\u0085\u2028\u2029]/.test(text), "expected one line");
const filled = z.minLength(1, "expected at least one character");
const short = z.string().check(filled, atMost(255));

const octet = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const port = "(?:[1-9]\\d{0,3}|[1-5]\\d{4}|6[0-4]\\d{3}|65[0-4]\\d\\d|655[0-2]\\d|6553[0-5])";
const address = `${octet}(?:\\.${octet}){3}(?::${port})?`;
const host = "(?:[a-z0-9]+(?:-[a-z0-9]+)*\\.)+[a-z]{2,}";

const tagKey = z.string().check(filled, atMost(128), oneLine);
const tags = z.record(tagKey, z.string().check(atMost(256), oneLine)).check(
  z.refine(
    (all) => Object.keys(all).length <= usersTagsMax,
    `expected at most ${usersTagsMax} tags: a device has ${tagsMax}, and ${ownTags.length} of them are Drover's`,
  ),
  z.refine(
    (all) => !ownTags.some((key) => Object.hasOwn(all, key)),
    `expected other tags than ${ownTags.join(" and ")}: Drover finds its devices by them`,
  ),
);

const ethernet = z
  .strictObject({
    ConnectionType: z.enum(["STATIC_IP", "DHCP"]),
    /** The service takes it beside DHCP too. */
    StaticIpConnectionInfo: z.optional(
      z.strictObject({
        IpAddress: z
          .string()
          .check(
            z.regex(new RegExp(`^${address}$`), "expected an IPv4 address such as 192.168.1.20, without zeros before"),
          ),
        Mask: short,
        DefaultGateway: short,
        Dns: z.array(short),
      }),
    ),
  })
  .check(
    z.refine(
      ({ ConnectionType, StaticIpConnectionInfo }) =>
        ConnectionType !== "STATIC_IP" || StaticIpConnectionInfo !== undefined,
      {
        message: "expected the address of a port with STATIC_IP: without it the appliance reaches no network",
        path: ["StaticIpConnectionInfo"],
      },
    ),
  );

const ntpServer = z
  .string()
  .check(
    atMost(255),
    z.regex(
      new RegExp(`^(?:${address}|${host})$`),
      "expected a host name in small letters, such as pool.ntp.org, or an IPv4 address",
    ),
  );

/** @see the request of ProvisionDevice in the service model 2019-07-24 */
export const panoramaDevice = z.strictObject({
  /** The archive is for the device of this name. */
  Name: z
    .string()
    .check(z.regex(/^[a-zA-Z0-9_-]{1,255}$/, "expected a device's name of 1 to 255 letters, digits, - _")),
  Description: z.optional(z.string().check(atMost(255), oneLine)),
  Tags: z.optional(tags),
  NetworkingConfiguration: z.optional(
    z.strictObject({
      Ethernet0: z.optional(ethernet),
      Ethernet1: z.optional(ethernet),
      Ntp: z.optional(
        z.strictObject({
          NtpServers: z.array(ntpServer).check(z.maxLength(5, "expected at most 5 time servers")),
        }),
      ),
    }),
  ),
});
export type PanoramaDevice = z.output<typeof panoramaDevice>;

/** `device` stands as in the vendor's request body. */
export const panoramaProvision = { device: panoramaDevice, ...handedOver, graceAfterExpiry };
