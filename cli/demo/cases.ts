import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { demoIotIds } from "../../emulators/aws-iot/index.ts";
import { demoIds } from "../../emulators/azure-sphere/index.ts";
import { demoHeatIds, type Flavour } from "../../emulators/heat/index.ts";
import type { Outcome } from "../../lib/contracts/event.ts";
import { sha256Hex } from "../../lib/contracts/identifiers.ts";
import type { Secret } from "../../lib/contracts/secret.ts";
import { examplesFolder } from "../package.ts";

interface AnyCase {
  readonly name: string;
  /** Below the folder of the examples. */
  readonly file: readonly string[];
  readonly expected: Outcome;
  /** What it meets. */
  readonly story: string;
}

export interface SphereCase extends AnyCase {
  readonly kind: "azure-sphere";
  readonly deviceGroupId: string;
}

export interface HeatCase extends AnyCase {
  readonly kind: "heat";
  readonly flavour: Flavour;
  readonly servers: readonly string[];
}

export interface DpsCase extends AnyCase {
  readonly kind: "azure-dps";
  readonly task: "rotation" | "certificate";
  readonly effects: number;
}

export interface AwsCase extends AnyCase {
  readonly kind: "aws-panorama" | "aws-iot";
  /** The device, or the template. */
  readonly subject: string;
  /** Whether somebody comes for it. */
  readonly isFetched: boolean;
}

export type DemoCase = SphereCase | HeatCase | DpsCase | AwsCase;

/** Where the example's rotation publishes its key. */
export const publishedSecret = "dps-backend";
/** The demo's CA, which signs what proves that its key is here. */
export const authoritySecret = { name: "dps-demo-ca", file: "emulator-ca-key.txt" } as const;

const { groups } = demoIds;

function sphere(name: string, deviceGroupId: string, expected: Outcome, does: string): SphereCase {
  const story = `a device group that ${does}`;
  return { kind: "azure-sphere", name, file: ["requests", `${name}.json`], deviceGroupId, expected, story };
}

function heat(file: string, flavour: Flavour, servers: readonly string[], told: Pick<AnyCase, "expected" | "story">) {
  const name = `heat-${file}`;
  return { kind: "heat", name, file: ["heat", `${file}.json`], flavour, servers, ...told } as const;
}

const { servers } = demoHeatIds;

export const heatCases: readonly HeatCase[] = [
  heat("fleet", "openstack", servers.slice(0, 20), {
    expected: "partially-succeeded",
    story: "20 servers of an OpenStack Heat: one fails, one answer is lost",
  }),
  heat("otc", "otc", servers.slice(1, 2), { expected: "succeeded", story: "a server of the Open Telekom Cloud" }),
  heat("rackspace", "rackspace", servers.slice(2, 3), { expected: "succeeded", story: "a server of Rackspace" }),
];

function dps(task: DpsCase["task"], effects: number, story: string): DpsCase {
  const file = ["azure-dps", `${task}.json`];
  return { kind: "azure-dps", name: `dps-${task}`, file, task, effects, expected: "succeeded", story };
}

export const dpsCases: readonly DpsCase[] = [
  dps("rotation", 2, "both keys of a policy, one after the other, while a program signs ten calls a second"),
  dps("certificate", 1, "proves to a provisioning service that the CA's key is here"),
];

function aws(name: string, told: Omit<AwsCase, "name" | "file">): AwsCase {
  return { name, file: ["aws", `${name}.json`], ...told };
}

/** What is handed over once. */
export const awsCases: readonly AwsCase[] = [
  aws("panorama", {
    kind: "aws-panorama",
    subject: "dock-cam-1",
    isFetched: true,
    expected: "succeeded",
    story: "an appliance whose installer says to be ready, and fetches its archive once",
  }),
  aws("panorama-late", {
    kind: "aws-panorama",
    subject: "dock-cam-2",
    isFetched: false,
    expected: "timed-out",
    story: "an appliance for whose archive nobody comes",
  }),
  aws("iot-claim", {
    kind: "aws-iot",
    subject: demoIotIds.template,
    isFetched: true,
    expected: "succeeded",
    story: "a claim by which gateways register themselves",
  }),
];

/** Sent at once. Each takes effect exactly once, whatever becomes of it. */
export const firstCases: readonly DemoCase[] = [
  sphere("happy", groups.happy, "succeeded", "takes the deployment"),
  sphere("failing", groups.failing, "failed", "fails at the provider"),
  sphere("partly-failing", groups.partlyFailing, "partially-succeeded", "completes with errors"),
  sphere("throttled", groups.throttled, "succeeded", "answers 429 twice"),
  sphere("reply-lost", groups.replyLost, "succeeded", "starts it and never answers"),
  ...heatCases,
  ...dpsCases,
  ...awsCases,
];

/** Sent when the first ones have begun, so that the crash hits all of them in the middle. */
export const crashedCase = sphere("crashed", groups.slow, "succeeded", "answers slowly; Drover is killed meanwhile");

export const demoCases: readonly DemoCase[] = [...firstCases, crashedCase];

/** How often it is to take effect: once on each server, and once for each key. */
export function expectedEffects(demoCase: DemoCase): number {
  if (demoCase.kind === "azure-dps") return demoCase.effects;
  return demoCase.kind === "heat" ? demoCase.servers.length : 1;
}

export function readExample(...path: readonly string[]): Promise<string> {
  return readFile(join(examplesFolder(), ...path), "utf8");
}

/** The secrets of the emulators, which the example's configuration names. */
export const secretFiles = [
  "emulator-client-secret.txt",
  "emulator-password.txt",
  "emulator-api-key.txt",
  "emulator-temp-url-key.txt",
  "emulator-panorama-key.txt",
  "emulator-iot-key.txt",
];

/**
 * The example's configuration, pointing at the emulators' addresses of this run, and with a client for the installer.
 * @param urls by the port that the example names
 */
export async function configurationFor(urls: Readonly<Record<number, string>>, token: Secret): Promise<string> {
  const text = await readExample("drover.json");
  const found = text.replaceAll(/http:\/\/127\.0\.0\.1:(\d+)/g, (_, port: string) => urls[Number(port)] ?? "");
  const installer = {
    auth: { kind: "bearer", tokens: [`sha256:${sha256Hex(token.reveal())}`] },
    allow: { sources: ["*"], types: ["drover.aws-*"], connections: ["*"], actions: ["pick-up"] },
  };
  return JSON.stringify({ ...JSON.parse(found), http: { listen: "127.0.0.1:0" }, clients: { installer } });
}
