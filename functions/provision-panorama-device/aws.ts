import type { AwsHost } from "../aws/host.ts";
import { stepFunction } from "../aws/step-function.ts";
import { provisionPanoramaDevice } from "./step.ts";

/** The function behind the queue provision-panorama-device. */
export const bind = (host?: AwsHost) => stepFunction(provisionPanoramaDevice, host);

export const handler = bind();
