import type { AwsHost } from "../aws/host.ts";
import { httpFunction } from "../aws/http-function.ts";

/** The HTTP application, behind an HTTP API (payload version 2.0). */
export const bind = (host?: AwsHost) => httpFunction(host);

export const handler = bind();
