import { hexId, type World } from "./world.ts";

/** In the order in which the recorded cloud lists the interfaces of each service. */
const INTERFACES = {
  identity: ["admin", "internal", "public"],
  orchestration: ["internal", "public", "admin"],
  "object-store": ["admin", "internal", "public"],
} as const;

type ServiceType = keyof typeof INTERFACES;

export function catalog({ settings }: World, origin: string, projectId: string): readonly object[] {
  const entry = (type: ServiceType, name: string, url: string): object => ({
    endpoints: INTERFACES[type].map((face) => ({
      id: hexId("endpoint", type, face),
      interface: face,
      region_id: settings.region,
      url,
      region: settings.region,
    })),
    id: hexId("service", type),
    type,
    name,
  });
  return [
    entry("identity", "keystone", `${origin}/v3`),
    entry("orchestration", "heat", `${origin}/v1/${projectId}`),
    ...(settings.swift ? [entry("object-store", "swift", `${origin}/v1/AUTH_${projectId}`)] : []),
  ];
}

/** The catalogue of a Rackspace login, by the vendor's pages. */
export function serviceCatalog({ settings }: World, origin: string, projectId: string): readonly object[] {
  const entry = (type: string, name: string, tenantId: string, publicURL: string): object => ({
    name,
    type,
    endpoints: [{ tenantId, publicURL, region: settings.region }],
  });
  return [
    entry("orchestration", "cloudOrchestration", projectId, `${origin}/v1/${projectId}`),
    ...(settings.swift
      ? [entry("object-store", "cloudFiles", `AUTH_${projectId}`, `${origin}/v1/AUTH_${projectId}`)]
      : []),
  ];
}
