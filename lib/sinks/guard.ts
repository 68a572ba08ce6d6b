import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import { PermanentError } from "../contracts/errors.ts";

export interface Address {
  readonly address: string;
  readonly family: 4 | 6;
}

/** All addresses of a host name. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/** Where receivers of one's own may be; what else is not public has no receiver, but credentials of the machine, for one. */
const privateKinds: ReadonlySet<string> = new Set(["loopback", "private", "uniqueLocal", "carrierGradeNat"]);

/**
 * Answer only to machines of their cloud, with settings and credentials, although they look public or private: Azure's host, the
 * metadata of Alibaba and Oracle, and over IPv6 those of AWS (all its services of this kind), Google and Oracle. 169.254.0.0/16,
 * where the others are, is never open.
 * @see https://learn.microsoft.com/en-us/azure/virtual-network/what-is-ip-address-168-63-129-16
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
 */
const cloudHosts = ["168.63.129.16/32", "100.100.100.200/32", "192.0.0.192/32"].map((range) =>
  ipaddr.IPv4.parseCIDR(range),
);
const cloudHosts6 = ["fd00:ec2::/32", "fd20:ce::254/128", "fd00:c1::a9fe:a9fe/128"].map((range) =>
  ipaddr.IPv6.parseCIDR(range),
);

/**
 * What an address is: `public` when it is globally routable unicast, else the name of what it is instead.
 * Only the usual forms count; a zone, octal or decimal forms are for nobody but a trick.
 */
export function kindOf(text: string): string {
  if (isIP(text) === 0 || text.includes("%")) return "malformed";
  const address = ipaddr.parse(text);
  return address instanceof ipaddr.IPv4 ? kindOfIPv4(address) : kindOfIPv6(address);
}

function kindOfIPv4(address: ipaddr.IPv4): string {
  if (cloudHosts.some((range) => address.match(range))) return "cloudHost";
  const range = address.range();
  return range === "unicast" ? "public" : range;
}

function kindOfIPv6(address: ipaddr.IPv6): string {
  if (address.isIPv4MappedAddress()) return kindOfIPv4(address.toIPv4Address());
  const [first = 0, second, ...rest] = address.parts;
  // The well-known prefix of NAT64 leads to the address in its last bits: a network without IPv4 reaches everybody by it.
  const viaNat64 = first === 0x64 && second === 0xff9b && rest.slice(0, 4).every((part) => part === 0);
  if (viaNat64) return kindOfIPv4(embedded(address));
  if (cloudHosts6.some((range) => address.match(range))) return "cloudHost";
  const range = address.range();
  if (range !== "unicast") return range;
  // All that is allotted for public use so far.
  return first >= 0x2000 && first <= 0x3fff ? "public" : "reserved";
}

function embedded({ parts }: ipaddr.IPv6): ipaddr.IPv4 {
  const [high = 0, low = 0] = parts.slice(-2);
  return new ipaddr.IPv4([high >> 8, high & 0xff, low >> 8, low & 0xff]);
}

/**
 * The addresses of a host, looked up once, when a sink may connect to each of them. One that is refused refuses all: a name with
 * a public and a private address is what an attack looks like.
 * @throws PermanentError
 */
export async function permittedAddresses(
  host: string,
  resolve: Resolve,
  allowPrivateAddresses: boolean,
): Promise<readonly [Address, ...Address[]]> {
  const literal = host.replace(/^\[(.*)\]$/, "$1");
  const found = isIP(literal) === 0 ? await resolve(host) : [literal];
  const [first, ...others] = found.map((address): Address => {
    const kind = kindOf(address);
    if (kind !== "public" && !(allowPrivateAddresses && privateKinds.has(kind))) throw refused(address, kind);
    return { address, family: isIP(address) === 6 ? 6 : 4 };
  });
  if (!first) throw new PermanentError("no address", { code: "no-address" });
  return [first, ...others];
}

function refused(address: string, kind: string): PermanentError {
  const remedy = privateKinds.has(kind) ? ": set allowPrivateAddresses for a receiver of your own" : "";
  return new PermanentError(`a ${kind} address (${address.slice(0, 64)}), which sinks may not reach${remedy}`, {
    code: "address-refused",
  });
}
