/** URLs of the v2 API, in the casing of its reference. Built from ids only, never from a pointer in an answer. */
export interface Paths {
  readonly tenants: string;
  role(userId: string): string;
  deviceGroup(deviceGroupId: string): string;
  imageMetadata(imageId: string): string;
  imageStatus(imageId: string): string;
  /** The history of a group, and where a deployment of it is created. */
  deployments(deviceGroupId: string): string;
  /** Below the tenant, not below the group. */
  deployment(deploymentId: string): string;
  operation(operationId: string): string;
  operationDetails(operationId: string): string;
}

export function createPaths(endpoint: string, sphereTenantId: string): Paths {
  const id = encodeURIComponent;
  const root = `${endpoint.replace(/\/+$/, "")}/v2`;
  const tenant = `${root}/tenants/${id(sphereTenantId)}`;
  return {
    tenants: `${root}/tenants`,
    role: (userId) => `${tenant}/users/${id(userId)}/role`,
    deviceGroup: (deviceGroupId) => `${tenant}/devicegroups/${id(deviceGroupId)}`,
    imageMetadata: (imageId) => `${tenant}/images/${id(imageId)}/metadata`,
    imageStatus: (imageId) => `${tenant}/images/${id(imageId)}/status`,
    deployments: (deviceGroupId) => `${tenant}/devicegroups/${id(deviceGroupId)}/deployments`,
    deployment: (deploymentId) => `${tenant}/deployments/${id(deploymentId)}`,
    operation: (operationId) => `${tenant}/operations/${id(operationId)}`,
    operationDetails: (operationId) => `${tenant}/operationTypes/deploytodevicegroup/operations/${id(operationId)}`,
  };
}
