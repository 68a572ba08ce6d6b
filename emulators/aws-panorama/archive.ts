import { X509Certificate } from "node:crypto";
import { issueCertificate } from "../aws/certificate.ts";
import { readZip, writeZip } from "../aws/zip.ts";
import type { Device, IssuedArchive, World } from "./world.ts";

const CERTIFICATE = "certificate.pem";
const PRIVATE_KEY = "private-key.pem";
const NETWORK = "network.json";

/** The name that the archive must have on the USB stick. */
export function archiveFileName(deviceName: string): string {
  return `certificates-omni_${deviceName}.zip`;
}

/** A new key and certificate for the device, beside its network settings. Nothing of it can be had a second time. */
export function issueArchive(
  world: World,
  { name, thingName, networking }: Pick<Device, "name" | "thingName" | "networking">,
  atMs: number,
): IssuedArchive {
  const { certificateLifetimeMs, archiveLayout } = world.settings;
  const issued = issueCertificate(world.secrets, world.authority, thingName, atMs, certificateLifetimeMs);
  const { certificatePem, privateKeyPem, expiresAtMs } = issued;
  const folder = archiveLayout === "flat" ? "" : `certificates-omni_${name}/`;
  const files: readonly (readonly [string, string])[] = [
    [CERTIFICATE, certificatePem],
    [PRIVATE_KEY, privateKeyPem],
    [NETWORK, JSON.stringify({ NetworkingConfiguration: networking ?? {} }, null, 2)],
  ];
  const entries = files.map(([file, text]) => ({ name: folder + file, content: Buffer.from(text) }));
  const bytes = writeZip(entries, world.secrets.mark(), atMs);
  return { bytes, certificatePem, privateKeyPem, issuedAtMs: atMs, expiresAtMs, usedAtMs: null };
}

export interface OpenedArchive {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
  /** The thing that the certificate is for. */
  readonly thingName: string;
  readonly validToMs: number;
}

/** What an appliance finds in an archive, or null when it is none that the service made whole. */
export function openArchive(bytes: Uint8Array): OpenedArchive | null {
  const files = readZip(bytes);
  if (files === null) return null;
  const find = (file: string): string | null => {
    const name = [...files.keys()].find((each) => each === file || each.endsWith(`/${file}`));
    return name === undefined ? null : (files.get(name)?.toString("utf8") ?? null);
  };
  const [certificatePem, privateKeyPem] = [find(CERTIFICATE), find(PRIVATE_KEY)];
  if (certificatePem === null || privateKeyPem === null || find(NETWORK) === null) return null;
  try {
    const { subject, validTo } = new X509Certificate(certificatePem);
    return { certificatePem, privateKeyPem, thingName: subject.replace(/^CN=/, ""), validToMs: Date.parse(validTo) };
  } catch {
    return null;
  }
}
