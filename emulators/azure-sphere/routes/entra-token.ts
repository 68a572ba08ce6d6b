import { clientCredentialsToken } from "../../entra/client-credentials.ts";
import type { Route } from "../call.ts";

export const entraToken: Route = {
  method: "POST",
  path: "/{directoryId}/oauth2/v2.0/token",
  access: "public",
  handle: clientCredentialsToken,
};
