import type { HeatConnection } from "../../contracts/configuration.ts";

/** What a role allows, as far as its name says. */
export type RoleMeans = "everything" | "all-projects" | "no-delete" | "read-only";

export interface Flavour {
  readonly login: "keystone-v3" | "identity-v2";
  /** Whether a region is the same in another case. */
  readonly anyCaseRegion: boolean;
  /** Origins that this vendor documents for Heat, beside those of the connection. */
  readonly origins: (region: string) => readonly string[];
  readonly roles: Readonly<Record<string, RoleMeans>>;
  /** Roles that say anything about Heat at all. */
  readonly relevantRoles: RegExp;
  /** The role to ask for. */
  readonly askFor: string;
  /** Whether 413 speaks of too many requests; elsewhere it is a proxy's word for a body that is too long. */
  readonly throttlesWith413: boolean;
  readonly see: readonly string[];
}

const keystone = {
  login: "keystone-v3",
  anyCaseRegion: false,
  origins: () => [],
  roles: { admin: "all-projects", member: "everything", reader: "read-only" },
  relevantRoles: /./,
  askFor: "member",
  throttlesWith413: false,
} as const satisfies Omit<Flavour, "see">;

/** Where the clouds differ; everything else is the same Heat. */
export const flavours: Readonly<Record<HeatConnection["flavour"], Flavour>> = {
  openstack: {
    ...keystone,
    see: [
      "https://docs.openstack.org/api-ref/identity/v3/#password-authentication-with-scoped-authorization",
      "https://docs.openstack.org/api-ref/orchestration/v1/#software-deployments-software-deployments",
    ],
  },
  otc: {
    ...keystone,
    see: [
      "https://docs.otc.t-systems.com/resource-template-service/api-ref/",
      "https://docs.otc.t-systems.com/identity-access-management/api-ref/",
    ],
  },
  rackspace: {
    login: "identity-v2",
    anyCaseRegion: true,
    origins: (region) => [`https://${region.toLowerCase()}.orchestration.api.rackspacecloud.com`],
    roles: { "heat:admin": "everything", "heat:creator": "no-delete", "heat:observer": "read-only" },
    relevantRoles: /^heat:/,
    askFor: "heat:admin (or heat:creator, which may not delete)",
    throttlesWith413: true,
    see: [
      "https://docs.rackspace.com/docs/cloud-orchestration/v1/developer-guide/",
      "https://docs.rackspace.com/docs/cloud-identity/v2/developer-guide/",
    ],
  },
};
