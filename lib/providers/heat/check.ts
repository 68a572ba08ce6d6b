import { DroverError } from "../../contracts/errors.ts";
import type { CallContext, ProviderCheck } from "../../contracts/provider.ts";
import { readSecret } from "../read-secret.ts";
import { scrub } from "../scrub.ts";
import { endpointOf } from "./catalogue.ts";
import { provider } from "./errors.ts";
import { flavours, type RoleMeans } from "./flavours.ts";
import type { Parts } from "./parts.ts";
import { rowsOf } from "./rows.ts";
import type { Session } from "./session.ts";
import { signedUrl } from "./temp-url.ts";

type Verdict = Pick<ProviderCheck, "detail"> & Partial<Pick<ProviderCheck, "ok" | "warning">>;

/** No server has it: the answer is an empty list, or why there is none. */
const nobody = "00000000-0000-4000-8000-00000000d0e5";

/** Logs in and reads, up to the first step that fails where the later ones would only repeat its cause. */
export async function check(parts: Parts, { signal }: CallContext): Promise<readonly ProviderCheck[]> {
  const checks: ProviderCheck[] = [];
  const step = async (what: string, run: () => Promise<Verdict>): Promise<boolean> => {
    try {
      const { ok = true, ...rest } = await run();
      checks.push({ what, ok, ...rest });
      return ok;
    } catch (error) {
      if (!(error instanceof DroverError)) throw error;
      checks.push({ what, ok: false, detail: error.message });
      return false;
    }
  };
  const session = () => parts.client.session(signal);
  const loggedIn = await step("login", async () => {
    const { project } = await session();
    return { detail: `Got a token of project ${scrub(project, [], 64)}` };
  });
  if (!loggedIn) return checks;
  const located = await step("endpoint", async () => checkEndpoint(parts, await session()));
  await step("role", async () => checkRole(parts, await session()));
  if (located) await step("read", () => checkRead(parts, signal));
  if (parts.connection.tempUrl !== undefined) {
    const reachable = await step("container", () => checkContainer(parts, signal));
    if (reachable) await step("signed-url", async () => checkKey(parts, await session(), signal));
  }
  return checks;
}

function checkEndpoint({ connection, name }: Parts, session: Session): Verdict {
  const { url, from } = endpointOf(connection, name, session, "orchestration");
  const source = from === "connection" ? `connections.${name}.endpoint` : `the catalogue, region ${connection.region}`;
  if (!url.endsWith(`/${session.project}`)) {
    return {
      warning: true,
      detail: `${url}, from ${source}, does not end in the token's project ${session.project}: Heat answers 403 unless it is another name of it`,
    };
  }
  return { detail: `${url}, from ${source}` };
}

function checkRole({ connection, name }: Parts, { roles }: Session): Verdict {
  const { roles: table, relevantRoles, askFor } = flavours[connection.flavour];
  const relevant = roles.filter((role) => relevantRoles.test(role));
  const seen = relevant.length === 0 ? "none" : relevant.map((role) => scrub(role, [], 60)).join(", ");
  const meaning = new Set<RoleMeans | undefined>(
    relevant.map((role) => (Object.hasOwn(table, role) ? table[role] : undefined)),
  );
  if (meaning.has("all-projects")) {
    return {
      warning: true,
      detail: `Roles ${seen}: admin lists and changes the deployments of every project, so use a user with ${askFor} alone`,
    };
  }
  if (meaning.has("everything")) return { detail: `Roles ${seen}` };
  if (meaning.has("no-delete")) {
    return {
      warning: true,
      detail: `Roles ${seen}: may not delete, so that clean-up, cancel and the fence of a lost deployment wait for a person; use heat:admin, or cleanUp never`,
    };
  }
  if (meaning.size === 1 && meaning.has("read-only")) {
    return {
      ok: false,
      detail: `Expected a role that may deploy, got ${seen}: give the user of connection ${name} the role ${askFor}`,
    };
  }
  return { detail: `Roles ${seen}: whether they may deploy, only the cloud's policy says` };
}

async function checkRead(parts: Parts, signal: AbortSignal): Promise<Verdict> {
  await rowsOf(parts, nobody, signal);
  return { detail: "Software deployments can be listed" };
}

async function checkContainer({ client, connection, name }: Parts, signal: AbortSignal): Promise<Verdict> {
  const container = connection.tempUrl?.container ?? "";
  const asked = await client.ask(
    {
      method: "HEAD",
      service: "object-store",
      path: `/${container}`,
      about: `container ${container}`,
      operation: "read-container",
      advice: { 404: `create the container, or check connections.${name}.tempUrl.container` },
    },
    signal,
  );
  const { status } = asked.answer;
  const advice = { 404: `create the container, or check connections.${name}.tempUrl.container` };
  if (status < 200 || status > 299) throw client.refusal(asked, advice);
  return { detail: `Container ${container} exists; whether Heat itself may read it shows with the first deployment` };
}

/** A signed read of an object that does not exist is a 404 with the right key, and a 401 with another. */
async function checkKey(
  { connection, name, secret, clock, sendTo }: Parts,
  session: Session,
  signal: AbortSignal,
): Promise<Verdict> {
  const { tempUrl } = connection;
  if (tempUrl === undefined) return { detail: "No signed URLs are used" };
  const { url: endpoint, origin } = endpointOf(connection, name, session, "object-store");
  const { container, digest } = tempUrl;
  const key = await readSecret(secret, tempUrl.key, { what: "the key for signed URLs", provider });
  const object = "drover-check";
  const url = signedUrl({
    method: "HEAD",
    endpoint,
    container,
    object,
    expiresMs: clock.wallMs() + 60_000,
    key,
    digest,
  });
  const about = "an object by a signed URL";
  const call = { method: "HEAD", url: url.reveal(), provider, about, operation: "check-signed-url" } as const;
  const { status } = await sendTo(origin)(call, signal);
  if (status === 404 || (status >= 200 && status < 300)) return { detail: `The key fits, with ${digest}` };
  return {
    ok: false,
    detail: `Expected a signed URL to be accepted, got ${status}: set the key at connections.${name}.tempUrl.key as the account's or container's Temp-URL-Key, and check that the store takes ${digest}`,
  };
}
