import type { Answer, Header } from "./answer.ts";
import type { Admission, Call } from "./call.ts";
import { admitToHeat, versions } from "./heat-api.ts";
import { keystone, notThere } from "./keystone.ts";
import { rackspaceLogin } from "./rackspace-identity.ts";
import { swift } from "./swift.ts";
import { httpDate } from "./times.ts";
import type { World } from "./world.ts";

type Service = "heat" | "keystone" | "rackspace-identity" | "swift";

/** One handler plays all hosts: the path says whose call it is. */
export function serviceOf({ settings }: World, { pathname }: URL): Service {
  if (/^\/v1\/AUTH_/.test(pathname) && settings.swift) return "swift";
  if (pathname === "/" || pathname.startsWith("/v1/")) return "heat";
  return settings.flavour === "rackspace" && /^(\/identity)?\/v2\.0\/tokens$/.test(pathname)
    ? "rackspace-identity"
    : "keystone";
}

export function admit(world: World, call: Call): Admission {
  switch (serviceOf(world, call.url)) {
    case "heat":
      if (call.url.pathname !== "/") return admitToHeat(world, call);
      return { carryOut: (atMs) => versions(world, { ...call, atMs }) };
    case "swift":
      return { carryOut: (atMs) => swift(world, { ...call, atMs }) };
    case "rackspace-identity":
      if (call.method !== "POST") return { refusal: notThere() };
      return { carryOut: (atMs) => rackspaceLogin(world, { ...call, atMs }) };
    case "keystone":
      if (call.url.pathname !== "/v3/auth/tokens") return { refusal: notThere() };
      return { carryOut: (atMs) => keystone(world, { ...call, atMs }) };
  }
}

/** The headers that each service puts on everything it says, in its place and spelling. */
export function withServiceHeaders(world: World, call: Call, answer: Answer): Answer {
  const date: Header = ["Date", httpDate(call.atMs)];
  const add = (...headers: readonly Header[]): Answer => ({ ...answer, headers: [...answer.headers, ...headers] });
  switch (serviceOf(world, call.url)) {
    case "heat": {
      const length: readonly Header[] = answer.status === 204 ? [["Content-Length", "0"]] : [];
      return add(["X-Openstack-Request-Id", call.requestId], ...length, date);
    }
    case "swift": {
      const id = `tx${call.requestId.replace(/^req-/, "").replaceAll("-", "").slice(0, 21)}`;
      return add(["X-Trans-Id", id], ["X-Openstack-Request-Id", id], date);
    }
    case "rackspace-identity":
      return add(["X-Trans-Id", call.requestId.replace(/^req-/, "")], date);
    case "keystone":
      return add(["x-openstack-request-id", call.requestId]);
  }
}
