import { handOverStep } from "../hand-over/step.ts";

/** Makes a device at AWS Panorama, hands over the archive that its appliance is set up with, and follows the device. */
export const provisionPanoramaDevice = handOverStep("provision-panorama-device");
