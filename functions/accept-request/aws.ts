import { acceptFunction } from "../aws/accept-function.ts";
import type { AwsHost } from "../aws/host.ts";

/** The function behind the inbox. */
export const bind = (host?: AwsHost) => acceptFunction(host);

export const handler = bind();
