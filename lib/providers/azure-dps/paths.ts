/** What a service is found by, beside its subscription. */
export interface Where {
  readonly resourceGroup: string;
  readonly service: string;
}

/** URLs of the management API. Built from names only; what an answer points to is checked apart (see links.ts). */
export interface Paths {
  readonly operations: string;
  readonly nameAvailability: string;
  readonly services: string;
  servicesOf(resourceGroup: string): string;
  /** @param apiVersion default: the connection's */
  service(where: Where, apiVersion?: string): string;
  keys(where: Where): string;
  key(where: Where, keyName: string): string;
  certificates(where: Where): string;
  certificate(where: Where, name: string): string;
  verificationCode(where: Where, name: string): string;
  verify(where: Where, name: string): string;
  skus(where: Where): string;
  operationResult(where: Where, operationId: string): string;
}

export interface PathsOptions {
  readonly endpoint: string;
  readonly subscriptionId: string;
  readonly apiVersion: string;
}

export function createPaths({ endpoint, subscriptionId, apiVersion }: PathsOptions): Paths {
  const id = encodeURIComponent;
  const root = endpoint.replace(/\/+$/, "");
  const subscription = `${root}/subscriptions/${id(subscriptionId)}`;
  const devices = "providers/Microsoft.Devices";
  const group = (name: string) => `${subscription}/resourceGroups/${id(name)}/${devices}/provisioningServices`;
  const service = ({ resourceGroup, service }: Where) => `${group(resourceGroup)}/${id(service)}`;
  const versioned = (url: string, version = apiVersion) => `${url}?api-version=${id(version)}`;
  const certificate = (where: Where, name: string) => `${service(where)}/certificates/${id(name)}`;
  return {
    operations: versioned(`${root}/${devices}/operations`),
    nameAvailability: versioned(`${subscription}/${devices}/checkProvisioningServiceNameAvailability`),
    services: versioned(`${subscription}/${devices}/provisioningServices`),
    servicesOf: (resourceGroup) => versioned(group(resourceGroup)),
    service: (where, version) => versioned(service(where), version),
    keys: (where) => versioned(`${service(where)}/listkeys`),
    key: (where, keyName) => versioned(`${service(where)}/keys/${id(keyName)}/listkeys`),
    certificates: (where) => versioned(`${service(where)}/certificates`),
    certificate: (where, name) => versioned(certificate(where, name)),
    verificationCode: (where, name) => versioned(`${certificate(where, name)}/generateVerificationCode`),
    verify: (where, name) => versioned(`${certificate(where, name)}/verify`),
    skus: (where) => versioned(`${service(where)}/skus`),
    // The contract requires `asyncinfo`; on the wire it stands there bare.
    operationResult: (where, operationId) =>
      `${versioned(`${service(where)}/operationresults/${id(operationId)}`)}&asyncinfo`,
  };
}
