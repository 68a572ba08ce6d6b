import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { secretFiles } from "../../cli/demo/cases.ts";
import { demoIds } from "../../emulators/azure-sphere/index.ts";
import { actions } from "../../lib/contracts/client.ts";
import { sha256Hex } from "../../lib/contracts/identifiers.ts";
import { exampleText } from "./examples.ts";
import { scheduledGroup } from "./fleet.ts";

export const token = "token-of-whoever-asks-and-installs";

export interface FolderOptions {
  readonly urls: Readonly<Record<number, string>>;
  readonly port: number;
  /** First due date of a schedule that asks every minute; absent: none. */
  readonly scheduledFrom?: Date;
  /** Absent: in the folder itself. */
  readonly dataFolder?: string | undefined;
}

const pace = { firstPoll: "PT0.2S", maxPoll: "PT1S", settling: "PT4S", lookEvery: "PT1S", requestTimeout: "PT1S" };

/** The examples' configuration, at the pace of seconds, with a client that may do everything. */
export function writeConfiguration(folder: string, { urls, port, scheduledFrom, dataFolder }: FolderOptions): void {
  const text = exampleText("drover.json").replaceAll(
    /http:\/\/127\.0\.0\.1:(\d+)/g,
    (_, name) => urls[Number(name)] ?? "",
  );
  const { $schema: _, connections, publishTargets, ...rest } = JSON.parse(text);
  for (const [name, connection] of Object.entries<Record<string, unknown>>(connections)) {
    const { limits: __, ...without } = connection;
    const limits = name === "panorama-demo" ? { limits: { changesPerMinute: 600 } } : {};
    connections[name] = { ...without, pace, ...limits };
  }
  const targetPace = { settling: pace.settling, lookEvery: pace.lookEvery, requestTimeout: pace.requestTimeout };
  publishTargets["drover-keys"].pace = targetPace;
  const auth = { kind: "bearer", tokens: [`sha256:${sha256Hex(token)}`] };
  const allow = { sources: ["*"], types: ["*"], connections: ["*"], actions: [...actions] };
  const configuration = {
    ...rest,
    platform: { kind: "local", dataFolder: dataFolder ?? "./data" },
    connections,
    publishTargets,
    http: { listen: `127.0.0.1:${port}` },
    clients: { chaos: { auth, allow, requestsPerMinute: 60_000 } },
    sweep: { every: "PT1S" },
    schedules: scheduledFrom === undefined ? [] : [schedule(scheduledFrom)],
  };
  writeFileSync(join(folder, "drover.json"), JSON.stringify(configuration));
  for (const file of secretFiles) writeFileSync(join(folder, file), exampleText(file), { mode: 0o600 });
}

function schedule(from: Date) {
  const data = {
    connection: "sphere-demo",
    deadline: "P1D",
    deviceGroupId: scheduledGroup,
    images: [demoIds.images.app],
  };
  const request = { type: "drover.azure-sphere.deploy", data };
  return { name: "every-minute", every: "PT1M", start: from.toISOString(), request };
}
