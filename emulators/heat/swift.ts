import { createHash } from "node:crypto";
import { type Answer, type Header, text } from "./answer.ts";
import { decoded } from "./call.ts";
import { isSigned, mayUseTempUrl } from "./temp-url.ts";
import { httpDate, wholeSeconds } from "./times.ts";
import { acceptedToken } from "./tokens.ts";
import type { Container, Project, World } from "./world.ts";

export interface SwiftCall {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly atMs: number;
}

const HTML: Header = ["Content-Type", "text/html; charset=UTF-8"];

const PAGES: Readonly<Record<number, readonly [title: string, sentence: string]>> = {
  401: ["Unauthorized", "This server could not verify that you are authorized to access the document you requested."],
  403: ["Forbidden", "Access was denied to this resource."],
  404: ["Not Found", "The resource could not be found."],
  405: ["Method Not Allowed", "The method is not allowed for this resource."],
  409: ["Conflict", "There was a conflict when trying to complete your request."],
};

/** `/v1/AUTH_{project}`, its containers and its objects. */
export function swift(world: World, call: SwiftCall): Answer {
  const [, , account = "", container = "", ...rest] = call.url.pathname.split("/").map(decoded);
  const project = world.projects.get(account.replace(/^AUTH_/, ""));
  const target = { account, container, object: rest.join("/") };
  const refusal = refused(world, call, project, target);
  if (refusal !== null) return refusal;
  if (project === undefined) return page(404);
  if (container === "") return onAccount(world, call, project);
  const name = `${project.id}/${container}`;
  if (target.object === "") return onContainer(world, call, project, container, name);
  const found = world.containers.get(name);
  return found === undefined ? page(404) : onObject(call, found, target.object);
}

interface Target {
  readonly account: string;
  readonly container: string;
  readonly object: string;
}

function refused(world: World, call: SwiftCall, project: Project | undefined, target: Target): Answer | null {
  if (isSigned(call.url)) {
    const container = world.containers.get(`${project?.id}/${target.container}`);
    const keys = [...(project?.tempUrlKeys ?? []), ...(container?.tempUrlKeys ?? [])];
    const good = target.object !== "" && mayUseTempUrl(call.url, call.method, keys, call.atMs);
    return good ? null : text(401, "401 Unauthorized: Temp URL invalid\n", [HTML, challenge(target.account)]);
  }
  const token = acceptedToken(world, call.headers.get("x-auth-token"), call.atMs);
  if (token === "unknown") return text(503, "Service Unavailable", [["Content-Type", "text/plain"]]);
  if (token === null) return page(401, [challenge(target.account)]);
  const isWrite = call.method !== "GET" && call.method !== "HEAD";
  const mayWrite = token.roles.some((role) => world.settings.writeRoles.includes(role));
  const isOwner = project !== undefined && token.projectId === project.id;
  return isOwner && (mayWrite || !isWrite) ? null : page(403);
}

function onAccount(world: World, { method, headers }: SwiftCall, project: Project): Answer {
  if (method === "POST") {
    project.tempUrlKeys = changedKeys(headers, "x-account-meta-temp-url-key", project.tempUrlKeys);
    return done(204);
  }
  if (method !== "HEAD" && method !== "GET") return page(405);
  const containers = [...world.containers.values()].filter(({ projectId }) => projectId === project.id);
  const objects = containers.reduce((sum, { objects: { size } }) => sum + size, 0);
  return done(204, [
    ["X-Account-Container-Count", String(containers.length)],
    ["X-Account-Object-Count", String(objects)],
    ...keyHeaders("X-Account-Meta-Temp-Url-Key", project.tempUrlKeys),
  ]);
}

function onContainer(
  world: World,
  { method, headers }: SwiftCall,
  project: Project,
  container: string,
  name: string,
): Answer {
  const found = world.containers.get(name);
  const keysHeader = "x-container-meta-temp-url-key";
  if (method === "PUT") {
    const kept = found ?? { projectId: project.id, name: container, tempUrlKeys: [], objects: new Map() };
    kept.tempUrlKeys = changedKeys(headers, keysHeader, kept.tempUrlKeys);
    world.containers.set(name, kept);
    return text(found === undefined ? 201 : 202, "", [HTML]);
  }
  if (found === undefined) return page(404);
  switch (method) {
    case "HEAD":
      return done(204, [
        ["X-Container-Object-Count", String(found.objects.size)],
        ...keyHeaders("X-Container-Meta-Temp-Url-Key", found.tempUrlKeys),
      ]);
    case "GET":
      return listed(found);
    case "POST":
      found.tempUrlKeys = changedKeys(headers, keysHeader, found.tempUrlKeys);
      return done(204);
    case "DELETE":
      if (found.objects.size > 0) return page(409);
      world.containers.delete(name);
      return done(204);
    default:
      return page(405);
  }
}

function listed({ objects }: Container): Answer {
  const names = [...objects.keys()].sort();
  if (names.length === 0) return done(204);
  return text(200, `${names.join("\n")}\n`, [["Content-Type", "text/plain; charset=utf-8"]]);
}

function onObject({ method, headers, body, atMs }: SwiftCall, { objects }: Container, name: string): Answer {
  const found = objects.get(name);
  if (method === "PUT") {
    const contentType = headers.get("content-type") ?? "application/octet-stream";
    objects.set(name, { bytes: body, contentType, modifiedAtMs: atMs });
    return text(201, "", [HTML, ["Etag", etag(body)], ["Last-Modified", httpDate(wholeSeconds(atMs))]]);
  }
  if (found === undefined) return page(404);
  switch (method) {
    case "GET":
    case "HEAD":
      return {
        status: 200,
        headers: [
          ["Content-Type", found.contentType],
          ["Etag", etag(found.bytes)],
          ["Last-Modified", httpDate(wholeSeconds(found.modifiedAtMs))],
          ["Content-Length", String(found.bytes.length)],
        ],
        text: found.bytes,
      };
    case "POST":
      return text(202, "", [HTML]);
    case "DELETE":
      objects.delete(name);
      return done(204);
    default:
      return page(405);
  }
}

function changedKeys(headers: Headers, name: string, before: readonly string[]): readonly string[] {
  const [first = before[0], second = before[1]] = [headers.get(name), headers.get(`${name}-2`)].map(
    (value) => value ?? undefined,
  );
  return [first ?? "", second ?? ""].filter((key) => key !== "");
}

function keyHeaders(name: string, keys: readonly string[]): readonly Header[] {
  return keys.map((key, index) => [index === 0 ? name : `${name}-2`, key]);
}

function etag(bytes: Uint8Array): string {
  return createHash("md5").update(bytes).digest("hex");
}

function challenge(account: string): Header {
  return ["Www-Authenticate", `Swift realm="${account || "unknown"}"`];
}

function done(status: number, headers: readonly Header[] = []): Answer {
  return { status, headers: [...headers, ...(status === 204 ? [] : [["Content-Length", "0"] as const])], text: "" };
}

function page(status: number, headers: readonly Header[] = []): Answer {
  const [title = "", sentence = ""] = PAGES[status] ?? [];
  return text(status, `<html><h1>${title}</h1><p>${sentence}</p></html>`, [HTML, ...headers]);
}
