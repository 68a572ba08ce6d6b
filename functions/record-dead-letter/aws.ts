import { deadLetterFunction } from "../aws/dead-letter-function.ts";
import type { AwsHost } from "../aws/host.ts";

/** The function behind every dead-letter queue. */
export const bind = (host?: AwsHost) => deadLetterFunction(host);

export const handler = bind();
