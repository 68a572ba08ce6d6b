/** What the simulation knows of a request to a provider, by its method and its URL. */
export interface ProviderCall {
  /** Short and the same in every run: names and ids are left out. */
  readonly label: string;
  readonly changes: boolean;
  /** Whether it makes something that a second one would make twice. */
  readonly creates: boolean;
}

const names =
  /^(?:[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32}|device-\w+|drover-.*|policy-\d+|rotated-\d+|tag-\d+|cert-\d+|proof-\d+|spare-\d+|dps-[\w-]+|v\d+|[A-Za-z0-9+=_;%.-]{24,})$/;
const providers: Readonly<Record<string, string>> = {
  8700: "sphere",
  8710: "heat",
  8711: "heat-otc",
  8712: "heat-rackspace",
  8720: "dps",
  8730: "panorama",
  8731: "iot",
};
/** Asked by POST, and change nothing. */
const reads = /\/(tokens|listkeys|query|checkProvisioningServiceNameAvailability|token)$|\/keys\/[^/]+\/listkeys$/i;
const creates = /\/(deployments|software_deployments|software_configs|devices|provisioning-claim)$/;

export function providerCallOf({ method, url }: Request): ProviderCall {
  const { pathname, port, hostname } = new URL(url);
  const place = hostname === "127.0.0.1" ? (providers[port] ?? port) : "elsewhere";
  const path = pathname
    .replace(/^\/subscriptions\/.*?provisioningServices/i, "")
    .split("/")
    .map((part) => (names.test(decodeURIComponent(part)) ? "…" : part))
    .join("/")
    .replace(/operationresults\/.*/i, "operationresults/…");
  const changes = method !== "GET" && method !== "HEAD" && !reads.test(pathname);
  return { label: `${place} ${method} ${path}`, changes, creates: method === "POST" && creates.test(pathname) };
}
