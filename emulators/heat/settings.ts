export type Flavour = "openstack" | "otc" | "rackspace";

/** How the clouds differ and what their pages leave open, as switches. */
export interface Settings {
  /** Choosing a flavour also sets what it is known for; settings given beside it win. */
  readonly flavour: Flavour;
  /** Origin that catalogue entries and links point to; null takes the origin of the request. */
  readonly publicUrl: string | null;
  readonly region: string;
  /** How long after a deployment was stored the agent of its server looks. */
  readonly pickUpMs: number;
  /** How long a script runs. */
  readonly runMs: number;
  /** Whether servers that were not seeded have an agent too. */
  readonly anyServer: boolean;
  /** Groups that the agents have a runner for. */
  readonly runners: readonly string[];
  /** CFN_SIGNAL and HEAT_SIGNAL signal a stack's resource: `nowhere` for rows of the raw API, which is what they do, or the `row`. */
  readonly stackSignals: "row" | "nowhere";
  /** Between the answer to a stack's create and its rows. */
  readonly stackWorkMs: number;
  /** Without one, reading a deployment that is signalled by temporary URL fails. */
  readonly swift: boolean;
  /** While it is down, tokens that were used before still work and others are answered 503. */
  readonly keystone: "up" | "down";
  readonly tokenLifetimeSeconds: number;
  /** Length of a token; those of some clouds take several kilobytes. */
  readonly tokenCharacters: number;
  /** The service's own cache knows a revoked token for so long, if it was used before. */
  readonly revokedTokensWorkMs: number;
  readonly timestamps: "z" | "zoneless";
  /** Whether a deployment has `updated_time` from the beginning; otherwise the key is absent until something changes. */
  readonly updatedTimeInCreate: boolean;
  readonly absentInputValues: "object" | "null";
  /** Refuses a create without `action`, and a change without `config_id` and `action`. */
  readonly strictFields: boolean;
  readonly unknownConfigStatus: 500 | 400;
  /** Deployments and configs of a project; newer versions of the service stop at 4096. */
  readonly rowLimit: number | null;
  readonly maxBodyBytes: number;
  /** Tables in MySQL's older `utf8` take no character of four bytes. */
  readonly fourByteCharacters: boolean;
  readonly faultShape: "heat" | "rackspace";
  readonly unauthorizedShape: "keystone" | "apig" | "rackspace";
  /** Roles that may create and change. Any role but a stack user's may read. */
  readonly writeRoles: readonly string[];
  /** Roles that may write but not delete. */
  readonly undeletingRoles: readonly string[];
}

export type SettingsPatch = { readonly [K in keyof Settings]?: Settings[K] };

const flavours: Readonly<Record<Flavour, SettingsPatch>> = {
  openstack: {
    region: "RegionOne",
    timestamps: "z",
    updatedTimeInCreate: false,
    absentInputValues: "object",
    strictFields: false,
    faultShape: "heat",
    unauthorizedShape: "keystone",
    tokenLifetimeSeconds: 3_600,
    tokenCharacters: 183,
  },
  otc: {
    region: "eu-de",
    timestamps: "zoneless",
    updatedTimeInCreate: false,
    absentInputValues: "null",
    strictFields: false,
    faultShape: "heat",
    unauthorizedShape: "apig",
    tokenLifetimeSeconds: 86_400,
    tokenCharacters: 3_000,
  },
  rackspace: {
    region: "DFW",
    timestamps: "z",
    updatedTimeInCreate: true,
    absentInputValues: "null",
    strictFields: true,
    faultShape: "rackspace",
    unauthorizedShape: "rackspace",
    tokenLifetimeSeconds: 86_400,
    tokenCharacters: 98,
  },
};

export const defaultSettings: Settings = {
  flavour: "openstack",
  publicUrl: null,
  region: "RegionOne",
  pickUpMs: 1_000,
  runMs: 4_000,
  anyServer: true,
  runners: ["script", "ansible", "puppet", "salt", "chef", "docker-compose", "apply-config", "component", "hiera"],
  stackSignals: "nowhere",
  stackWorkMs: 1_000,
  swift: true,
  keystone: "up",
  tokenLifetimeSeconds: 3_600,
  tokenCharacters: 183,
  revokedTokensWorkMs: 300_000,
  timestamps: "z",
  updatedTimeInCreate: false,
  absentInputValues: "object",
  strictFields: false,
  unknownConfigStatus: 500,
  rowLimit: null,
  maxBodyBytes: 1_048_576,
  fourByteCharacters: false,
  faultShape: "heat",
  unauthorizedShape: "keystone",
  writeRoles: ["member", "_member_", "admin", "te_admin", "rts_admin", "heat:admin", "heat:creator"],
  undeletingRoles: ["heat:creator"],
};

export function configured(settings: Settings, patch: SettingsPatch): Settings {
  return { ...settings, ...(patch.flavour === undefined ? {} : flavours[patch.flavour]), ...patch };
}
