import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HttpClient } from "./client.ts";
import { Clouds } from "./clouds.ts";
import { writeConfiguration } from "./configuration.ts";
import { KeyConsumers } from "./consumer.ts";
import { Drover } from "./drover.ts";
import type { Fleet } from "./fleet.ts";
import { freePort } from "./free-port.ts";
import { Installer } from "./installer.ts";
import { EventReader } from "./reader.ts";
import { Resolver } from "./resolver.ts";
import { shippedProgram } from "./shipped.ts";
import { SmallDisk } from "./small-disk.ts";
import { copyFiles } from "./snapshot.ts";

export interface StageOptions {
  readonly operations: number;
  readonly seed: number;
  readonly quick: boolean;
  /** The data folder on the machine's own disk, which is never full: nothing is mounted. */
  readonly ownDisk?: boolean;
  /** Told what happens, as it happens. */
  readonly say: (line: string) => void;
}

/** Several times what a run takes. */
const diskBytes = (operations: number): number => 64 * 1024 * 1024 + operations * 24 * 1024;
const scheduledAfterMs = 5_000;
/** Whoever is refused for a wrong clock looks again after a minute: a quick run has none. */
const quickSkewMs = 2 * 3_600_000;

/** The real process in a folder of its own, its providers, and everybody who has to do with it. */
export class Stage {
  readonly folder: string;
  readonly clouds: Clouds;
  readonly disk: SmallDisk | string;
  readonly drover: Drover;
  readonly client: HttpClient;
  readonly reader: EventReader;
  readonly installer: Installer;
  readonly consumers: KeyConsumers;
  readonly resolver: Resolver;
  readonly #port: number;

  private constructor(
    folder: string,
    fleet: Fleet,
    drover: Drover,
    around: Pick<Stage, "clouds" | "disk">,
    port: number,
  ) {
    this.folder = folder;
    this.drover = drover;
    this.clouds = around.clouds;
    this.disk = around.disk;
    this.#port = port;
    this.client = new HttpClient(`http://127.0.0.1:${port}`);
    this.reader = new EventReader(this.client);
    this.installer = new Installer(this.client, this.clouds);
    this.consumers = new KeyConsumers(this.clouds, fleet.services);
    this.resolver = new Resolver(this.client, this.reader);
    this.schedule(true);
  }

  static async open({ operations, seed, quick, ownDisk, say }: StageOptions, fleet: Fleet): Promise<Stage> {
    const folder = mkdtempSync(join(tmpdir(), "drover-chaos-"));
    const main = await shippedProgram();
    const clouds = new Clouds(seed, fleet, quick ? quickSkewMs : undefined);
    await clouds.open();
    const disk = ownDisk ? "as asked for" : await SmallDisk.open(join(folder, "disk"), diskBytes(operations));
    if (typeof disk === "string") say(`no disk that can be full (${disk}): files are limited in its place`);
    const place = typeof disk === "string" ? undefined : disk;
    const drover = new Drover(folder, main, { DROVER_CHAOS_FLUSH_MS: "12" }, place);
    return new Stage(folder, fleet, drover, { clouds, disk }, await freePort());
  }

  /** For the next start: whether operations begin by themselves, too. */
  schedule(isOn: boolean): void {
    writeConfiguration(this.folder, {
      urls: this.clouds.urls,
      port: this.#port,
      ...(typeof this.disk === "string" ? {} : { dataFolder: this.disk.configured }),
      ...(isOn ? { scheduledFrom: new Date(Date.now() + scheduledAfterMs) } : {}),
    });
  }

  async begin(): Promise<void> {
    await this.drover.start();
    this.reader.start();
    this.consumers.start();
    this.resolver.start();
  }

  /** @param isKept whether somebody may want to look at what is left */
  async close(isKept: boolean): Promise<void> {
    this.client.end();
    this.consumers.stop();
    this.resolver.stop();
    await this.drover.kill();
    await this.reader.stop();
    await this.clouds.close();
    if (typeof this.disk !== "string") {
      // The disk itself goes.
      if (isKept) copyFiles(this.disk.dataFolder, join(this.folder, "left"));
      await this.disk.close();
    }
    if (!isKept) rmSync(this.folder, { recursive: true, force: true });
  }
}
