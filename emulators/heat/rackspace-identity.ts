import type { Answer } from "./answer.ts";
import { bodyText, type Call, dig, digText, publicUrl } from "./call.ts";
import { compact } from "./error-shapes.ts";
import { serviceCatalog } from "./keystone-catalog.ts";
import { findUser, issueToken, withImplied } from "./tokens.ts";
import type { IssuedToken, Project, User, World } from "./world.ts";

/** In its last hour a token is not handed out again. */
const LAST_HOUR_MS = 3_600_000;

/** `POST /v2.0/tokens`, by the vendor's pages. */
export function rackspaceLogin(world: World, call: Call): Answer {
  const auth = dig(parsed(call), "auth");
  const byKey = dig(auth, "RAX-KSKEY:apiKeyCredentials");
  const byPassword = dig(auth, "passwordCredentials");
  if (byKey === undefined && byPassword === undefined) {
    return compact(400, { badRequest: { code: 400, message: "Invalid request body" } });
  }
  const named = byKey ?? byPassword;
  const user = findUser(world, ({ name }) => name === digText(named, "username"));
  const [projectId, roles] = [...(user?.grants ?? [])][0] ?? [];
  const project = world.projects.get(projectId ?? "");
  const proven =
    user !== null &&
    (byKey === undefined
      ? digText(named, "password") === user.password
      : user.apiKey !== null && digText(named, "apiKey") === user.apiKey);
  if (!proven || project === undefined || roles === undefined) {
    const message =
      byKey === undefined
        ? "Unable to authenticate user with credentials provided."
        : "Username or api key is invalid.";
    return compact(401, { unauthorized: { code: 401, message } });
  }
  const token = cachedToken(world, user, project, call.atMs) ?? newToken(world, user, project, roles, call.atMs);
  return access(world, call, { user, project, roles, token, by: byKey === undefined ? "PASSWORD" : "APIKEY" });
}

function parsed(call: Call): unknown {
  try {
    return JSON.parse(bodyText(call));
  } catch {
    return undefined;
  }
}

function cachedToken(world: World, user: User, project: Project, atMs: number): IssuedToken | null {
  for (const token of world.tokens.values()) {
    const mine = token.userId === user.id && token.projectId === project.id && token.revokedAtMs === null;
    if (mine && token.expiresAtMs - atMs > LAST_HOUR_MS) return token;
  }
  return null;
}

function newToken(world: World, user: User, project: Project, roles: readonly string[], atMs: number): IssuedToken {
  return issueToken(world, { userId: user.id, projectId: project.id, roles: withImplied(roles) }, atMs);
}

interface Access {
  readonly user: User;
  readonly project: Project;
  readonly roles: readonly string[];
  readonly token: IssuedToken;
  readonly by: "APIKEY" | "PASSWORD";
}

function access(world: World, call: Call, { user, project, roles, token, by }: Access): Answer {
  const origin = publicUrl(world.settings, call.url);
  return compact(200, {
    access: {
      token: {
        id: token.token,
        expires: new Date(token.expiresAtMs).toISOString(),
        tenant: { id: project.id, name: project.name },
        "RAX-AUTH:authenticatedBy": [by],
      },
      serviceCatalog: serviceCatalog(world, origin, project.id),
      user: {
        id: user.id,
        roles: roles.map((name) => ({ name, tenantId: project.id })),
        name: user.name,
        "RAX-AUTH:defaultRegion": world.settings.region,
      },
    },
  });
}
