import * as identity from "../../entra/managed-identity.ts";
import type { Route } from "../call.ts";

export const imdsToken: Route = {
  method: "GET",
  path: "/metadata/identity/oauth2/token",
  access: "public",
  handle: identity.imdsToken,
};

export const appServiceToken: Route = {
  method: "GET",
  path: "/msi/token",
  access: "public",
  handle: identity.appServiceToken,
};
