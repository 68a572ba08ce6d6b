import { durationText, type Texts } from "./text.ts";

const networking = "data.device.NetworkingConfiguration";
const port = (name: string): Texts => {
  const info = `${networking}.${name}.StaticIpConnectionInfo`;
  return {
    [`${networking}.${name}`]: "One of the appliance's two ports.",
    [`${networking}.${name}.ConnectionType`]: "Where its address comes from.",
    [info]: "Its address: needed for STATIC_IP, and without effect for DHCP.",
    [`${info}.IpAddress`]: "IPv4 address, such as 192.168.1.20.",
    [`${info}.Mask`]: "Mask of the network, such as 255.255.255.0.",
    [`${info}.DefaultGateway`]: "Address of the gateway.",
    [`${info}.Dns`]: "Addresses of name servers.",
    [`${info}.Dns.[]`]: "One address.",
  };
};

/** What the data of requests is for whose credential is handed over once. */
export const awsTexts: Texts = {
  "data.device": "Body of the vendor's request ProvisionDevice.",
  "data.device.Name":
    "Name of the device. The archive has to be named after it, and there must be no device of this name yet.",
  "data.device.Description": "Description of the device, one line.",
  "data.device.Tags": "Tags of the device. Drover adds `drover:operation` and `drover:attempt`.",
  "data.device.Tags.*": "Value of the tag.",
  [networking]: "Settings that the archive carries to the appliance.",
  ...port("Ethernet0"),
  ...port("Ethernet1"),
  [`${networking}.Ntp`]: "Where the appliance gets its time from.",
  [`${networking}.Ntp.NtpServers`]: "Time servers.",
  [`${networking}.Ntp.NtpServers.[]`]: "Host name in small letters, or IPv4 address.",
  "data.templateName": "Name of a fleet provisioning template; the connection's `templates` has to allow it.",
  "data.mint":
    "When the credential is made, which lives five minutes: `on-pickup` (default) once somebody stands ready to take it, `immediate` at once.",
  "data.installers":
    "Names of the clients that may take the credential. Left out: every client that may take those of the connection.",
  "data.installers.[]": "One name.",
  "data.graceAfterExpiry": durationText(
    "How long after the end of the credential a device that nobody has used may still show progress before it is removed: PT1M to P1D, default PT15M.",
  ),
};
