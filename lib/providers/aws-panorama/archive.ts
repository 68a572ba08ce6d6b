import { Secret } from "../../contracts/secret.ts";

/** What a ZIP archive that has anything in it begins with. */
const localFileHeader = Buffer.from("PK\u0003\u0004", "latin1");
/** That header alone, without a name. */
const shortestBytes = 30;

/** The archive in base64; undefined for what no appliance could read. Its inside is not specified, so nobody looks there. */
export function archiveIn(certificates: unknown): Secret | undefined {
  if (typeof certificates !== "string") return undefined;
  const bytes = Buffer.from(certificates, "base64");
  // Node skips what is no base64, so that only what comes back the same was.
  if (bytes.toString("base64") !== certificates || bytes.length < shortestBytes) return undefined;
  return bytes.subarray(0, localFileHeader.length).equals(localFileHeader) ? new Secret(certificates) : undefined;
}

/** The name that it must have on the USB storage device. */
export const archiveFileName = (deviceName: string): string => `certificates-omni_${deviceName}.zip`;
