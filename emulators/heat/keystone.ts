import { type Answer, type Header, JSON_TYPE, text, titleOf } from "./answer.ts";
import { bodyText, type Call, dig, digText, publicUrl } from "./call.ts";
import { catalog } from "./keystone-catalog.ts";
import { parsePythonJson, pythonJson } from "./python-json.ts";
import { keystoneTime } from "./times.ts";
import { auditId, findUser, issueToken, liveToken, withImplied } from "./tokens.ts";
import { hexId, type Project, type User, type World } from "./world.ts";

const CALLERS_FAULT =
  "The server could not comply with the request since it is either malformed or otherwise incorrect. The client is assumed to be in error.";
const REQUIRES = "The request you have made requires authentication.";
const SCOPED_CREDENTIAL =
  "Error authenticating with application credential: Application credentials cannot request a scope.";

/** `POST` and `DELETE /v3/auth/tokens`. */
export function keystone(world: World, call: Call): Answer {
  if (world.settings.keystone === "down") return text(503, "Service Unavailable", [["Content-Type", "text/plain"]]);
  if (call.method === "POST") return logIn(world, call);
  if (call.method === "DELETE") return revoke(world, call);
  return notThere();
}

function logIn(world: World, call: Call): Answer {
  const parsed = parsePythonJson(bodyText(call));
  if ("problem" in parsed) return refusal(400, `Expecting to find valid JSON in request body. ${CALLERS_FAULT}`);
  const identity = dig(parsed.value, "auth", "identity");
  const methods = dig(identity, "methods");
  if (!Array.isArray(methods)) return refusal(400, `Expecting to find auth in request body. ${CALLERS_FAULT}`);
  const scope = dig(parsed.value, "auth", "scope");
  if (methods.includes("application_credential")) return byCredential(world, call, identity, scope);
  if (methods.includes("password")) return byPassword(world, call, identity, scope);
  return unauthorized(world, call, REQUIRES);
}

function byPassword(world: World, call: Call, identity: unknown, scope: unknown): Answer {
  const named = dig(identity, "password", "user");
  const user = namedUser(world, named);
  if (user === null || digText(named, "password") !== user.password) return unauthorized(world, call, REQUIRES);
  if (scope === undefined || scope === "unscoped") {
    return issue(world, call, { user, project: null, roles: [], method: "password" });
  }
  const project = scopedProject(world, dig(scope, "project"));
  const roles = project === null ? undefined : user.grants.get(project.id);
  if (project === null || roles === undefined) return unauthorized(world, call, REQUIRES);
  return issue(world, call, { user, project, roles: withImplied(roles), method: "password" });
}

function byCredential(world: World, call: Call, identity: unknown, scope: unknown): Answer {
  const named = dig(identity, "application_credential");
  const owner = namedUser(world, dig(named, "user"));
  const credential = [...world.credentials.values()].find(({ id, name, userId }) =>
    digText(named, "id") === null
      ? owner !== null && userId === owner.id && name === digText(named, "name")
      : id === digText(named, "id"),
  );
  const user = credential === undefined ? undefined : world.users.get(credential.userId);
  const project = credential === undefined ? undefined : world.projects.get(credential.projectId);
  if (credential === undefined || user === undefined || project === undefined) {
    return unauthorized(world, call, REQUIRES);
  }
  if (digText(named, "secret") !== credential.secret) return unauthorized(world, call, REQUIRES);
  if (scope !== undefined) return unauthorized(world, call, SCOPED_CREDENTIAL, { identity: {} });
  const { id, name, roles } = credential;
  const extra = { application_credential: { id, name, restricted: true } };
  return issue(world, call, { user, project, roles, method: "application_credential", extra });
}

interface Login {
  readonly user: User;
  readonly project: Project | null;
  readonly roles: readonly string[];
  readonly method: string;
  readonly extra?: object;
}

function issue(world: World, call: Call, { user, project, roles, method, extra }: Login): Answer {
  const grant = { userId: user.id, projectId: project?.id ?? null, roles: withImplied(roles) };
  const { token, expiresAtMs } = issueToken(world, grant, call.atMs);
  const scoped = project === null ? {} : scopedFields(world, call, project, roles);
  const body = {
    methods: [method],
    user: { domain: user.domain, id: user.id, name: user.name, password_expires_at: null },
    audit_ids: [auditId(token)],
    expires_at: keystoneTime(expiresAtMs),
    issued_at: keystoneTime(call.atMs),
    ...scoped,
    ...extra,
  };
  return keystoneAnswer(201, pythonJson({ token: body }), [JSON_TYPE], [["X-Subject-Token", token]]);
}

function scopedFields(world: World, call: Call, project: Project, roles: readonly string[]): object {
  return {
    project: { domain: project.domain, id: project.id, name: project.name },
    is_domain: false,
    roles: roles.map((name) => ({ id: hexId("role", name), name })),
    catalog: catalog(world, publicUrl(world.settings, call.url), project.id),
  };
}

function revoke(world: World, call: Call): Answer {
  if (liveToken(world, call.headers.get("x-auth-token"), call.atMs) === null) {
    return unauthorized(world, call, REQUIRES);
  }
  const subject = liveToken(world, call.headers.get("x-subject-token"), call.atMs);
  if (subject === null) return refusal(404, "Could not recognize Fernet token");
  subject.revokedAtMs = call.atMs;
  return { status: 204, statusText: "NO CONTENT", headers: [["Vary", "X-Auth-Token"]], text: "" };
}

function namedUser(world: World, named: unknown): User | null {
  const id = digText(named, "id");
  if (id !== null) return world.users.get(id) ?? null;
  const name = digText(named, "name");
  return findUser(world, (user) => user.name === name && inDomain(user.domain, dig(named, "domain")));
}

function scopedProject(world: World, named: unknown): Project | null {
  const id = digText(named, "id");
  if (id !== null) return world.projects.get(id) ?? null;
  const name = digText(named, "name");
  for (const project of world.projects.values()) {
    if (project.name === name && inDomain(project.domain, dig(named, "domain"))) return project;
  }
  return null;
}

function inDomain(domain: { readonly id: string; readonly name: string }, named: unknown): boolean {
  const id = digText(named, "id");
  return id === null ? digText(named, "name") === domain.name : id === domain.id;
}

function unauthorized(world: World, call: Call, message: string, extra: object = {}): Answer {
  const challenge: Header = ["WWW-Authenticate", `Keystone uri="${publicUrl(world.settings, call.url)}/v3"`];
  return refusal(401, message, extra, [challenge]);
}

function refusal(code: number, message: string, extra: object = {}, headers: readonly Header[] = []): Answer {
  const body = `${JSON.stringify({ error: { code, ...extra, message, title: titleOf(code) } })}\n`;
  return keystoneAnswer(code, body, [JSON_TYPE], headers);
}

/** What Keystone says of a path it does not know, such as the login of an older version. */
export function notThere(): Answer {
  const body =
    "<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n<p>The requested URL was not found on the " +
    "server. If you entered the URL manually please check your spelling and try again.</p>\n";
  return keystoneAnswer(404, body, [["Content-Type", "text/html; charset=utf-8"]], []);
}

function keystoneAnswer(status: number, body: string, before: readonly Header[], after: readonly Header[]): Answer {
  const answer = text(status, body, before);
  const headers: readonly Header[] = [...answer.headers, ...after, ["Vary", "X-Auth-Token"]];
  return { ...answer, statusText: titleOf(status).toUpperCase(), headers };
}
