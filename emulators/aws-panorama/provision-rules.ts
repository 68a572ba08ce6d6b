import { type FieldProblem, list, map, oneOf, type Rule, structure, text } from "../aws/constraints.ts";
import { fieldsOf } from "../exchange/call.ts";

const OCTET = "(25[0-5]|2[0-4]\\d|1\\d{2}|[1-9]?\\d)";
const PORT = "([1-9]\\d{0,3}|[1-5]\\d{4}|6[0-4]\\d{3}|65[0-4]\\d{2}|655[0-2]\\d|6553[0-5])";
const ADDRESS = `${OCTET}(\\.${OCTET}){3}(:${PORT})?`;
const LABEL = "[a-z0-9]+(-[a-z0-9]+)*";

export const nameRule: Rule = text({ min: 1, max: 255 }, /^[a-zA-Z0-9\-_]+$/);
export const descriptionRule: Rule = text({ max: 255 }, /^.*$/);
export const tagsRule: Rule = map({ max: 50 }, text({ min: 1, max: 128 }, /^.+$/), text({ max: 256 }, /^.*$/));

const short = text({ min: 1, max: 255 });
const ethernet = structure(
  { ConnectionType: oneOf("STATIC_IP", "DHCP") },
  {
    StaticIpConnectionInfo: structure({
      IpAddress: text({ min: 1, max: 255 }, new RegExp(`^${ADDRESS}$`)),
      Mask: short,
      Dns: list({}, short),
      DefaultGateway: short,
    }),
  },
);
const ntpServer = text({ min: 1, max: 255 }, new RegExp(`^(${ADDRESS}|(${LABEL}\\.)+[a-z]{2,})$`));
const networking = structure(
  {},
  { Ethernet0: ethernet, Ethernet1: ethernet, Ntp: structure({ NtpServers: list({ max: 5 }, ntpServer) }) },
);

export const provisionRule: Rule = structure(
  { Name: nameRule },
  { Description: descriptionRule, Tags: tagsRule, NetworkingConfiguration: networking },
);

/** Ports that are to have an address of their own and are given none: the model allows it. */
export function missingAddresses(networkingConfiguration: unknown): readonly FieldProblem[] {
  return Object.entries(fieldsOf(networkingConfiguration) ?? {}).flatMap(([port, value]) => {
    const { ConnectionType, StaticIpConnectionInfo } = fieldsOf(value) ?? {};
    const isMissing = ConnectionType === "STATIC_IP" && (StaticIpConnectionInfo ?? null) === null;
    const Name = `NetworkingConfiguration.${port}.StaticIpConnectionInfo`;
    return isMissing ? [{ Name, Message: `${Name} is required for STATIC_IP` }] : [];
  });
}
