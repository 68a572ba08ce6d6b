import { durationText, type Texts } from "./text.ts";

const policy = "data.policy";
const hub = "data.properties.iotHubs";
const reference = "Reference such as vault:dps-hub; the connection's `secrets` has to allow it.";

/** What the data of requests for provisioning services is for. */
export const dpsTexts: Texts = {
  "data.resourceGroup": "Resource group that the service is in.",
  "data.service": "Name of the service, unique in all of Azure.",
  "data.location": "Azure region, such as westeurope. A service cannot be moved.",
  "data.sku": "What is paid for.",
  "data.sku.name": "Name of the SKU, such as S1.",
  "data.sku.capacity": "Number of units.",
  "data.tags": "All tags there shall be: those that are not named here go.",
  "data.tags.*": "Value of the tag.",
  "data.properties": "Settings. What is left out stays as it is.",
  "data.properties.allocationPolicy": "How devices are spread over the linked hubs.",
  [hub]: "All linked hubs there shall be: links are added, changed and removed accordingly. Left out: as they are.",
  [`${hub}.[]`]: "One link. What it leaves out stays as it is in a link that exists.",
  [`${hub}.[].connectionString`]: "The hub's connection string, with its key: a secret of the vault.",
  [`${hub}.[].connectionString.$secret`]: reference,
  [`${hub}.[].location`]: "Azure region of the hub.",
  [`${hub}.[].applyAllocationPolicy`]: "Whether the allocation policy sends devices to it.",
  [`${hub}.[].allocationWeight`]: "Its share, relative to the other hubs.",
  [policy]: "Name of a shared access policy; of `put-policy` the policy itself.",
  [`${policy}.keyName`]: "Name of the policy. Its case is that of the policy that is there.",
  [`${policy}.rights`]:
    "Rights separated by commas, such as ServiceConfig, EnrollmentWrite. Those that others imply make no difference.",
  [`${policy}.primaryKey`]:
    "A key of 16 to 64 bytes in base64: a secret of the vault. Left out: the one that the policy has, or one that Azure makes.",
  [`${policy}.primaryKey.$secret`]: reference,
  [`${policy}.secondaryKey`]: "As `primaryKey`.",
  [`${policy}.secondaryKey.$secret`]: reference,
  "data.hub": "Host name of a linked hub, such as fleet.azure-devices.net.",
  "data.connectionString": "The hub's connection string with the key that it has now: a secret of the vault.",
  "data.connectionString.$secret": reference,
  "data.certificate": "Name of the CA certificate in the service.",
  "data.content":
    "The CA's certificate as PEM text, without its key. For `verify-certificate` it is uploaded where there is none of that name.",
  "data.signWith":
    "The CA's private key as PEM text: a secret of the vault. Left out: the operation waits until somebody supplies the certificate that proves it.",
  "data.signWith.$secret": reference,
  "data.read": "What is read. Keys are answered as fingerprints only.",
  "data.operationId": "Of `operation-result`: the operation's id in Azure.",
  "data.grace": durationText(
    "Time that both keys are good, before the old one is replaced: at least `readInterval`, `tokenLife` and `clockSkew` together.",
  ),
  "data.emergency": "Replaces both keys at once. Every token that they signed is refused from then on.",
  "data.slotInUse": "The slot that consumers use now, where no publication shows it.",
  "data.publish": "Where consumers read the key.",
  "data.publish.[]": "One place.",
  "data.publish.[].target": "Name of a publish target in the configuration.",
  "data.publish.[].secret": "Name of the secret there.",
  "data.publish.[].format": "The key alone (default), or a connection string.",
  "data.drop":
    "Targets of the last rotation where nobody reads any more, as target/secret: they go on showing a key that is replaced.",
  "data.drop.[]": "One of them.",
  "data.consumers": "What is known of those who use the key.",
  "data.consumers.acknowledge":
    "Names of consumers that have to say that they use the new key before the old one goes.",
  "data.consumers.acknowledge.[]": "One name.",
  "data.consumers.readInterval": durationText("How often consumers read the key."),
  "data.consumers.tokenLife": durationText("How long the tokens live that they sign."),
  "data.consumers.clockSkew": durationText("By how much their clocks may be off."),
};
