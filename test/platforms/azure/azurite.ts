import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import type { Endpoints } from "./accounts.ts";

/** Where Azurite is: in the folder that `DROVER_AZURITE` names, or beside the other packages. Undefined when it is nowhere. */
export function azuriteFolder(): string | undefined {
  const named = process.env["DROVER_AZURITE"];
  const require = createRequire(named === undefined ? import.meta.url : join(named, "package.json"));
  try {
    return dirname(require.resolve("azurite/package.json"));
  } catch {
    return undefined;
  }
}

export interface Azurite extends Required<Endpoints> {
  close(): Promise<void>;
}

/** All three services, in memory, on free ports. */
export async function startAzurite(folder: string): Promise<Azurite> {
  const [blobs, queues, tables] = await Promise.all([freePort(), freePort(), freePort()]);
  const options = ["--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry", "--silent"];
  const ports = ["--blobPort", `${blobs}`, "--queuePort", `${queues}`, "--tablePort", `${tables}`];
  const child = spawn(process.execPath, [join(folder, "dist/src/azurite.js"), ...options, ...ports], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await listening(child);
  const urlOf = (port: number) => `http://127.0.0.1:${port}`;
  return {
    blobs: urlOf(blobs),
    queues: urlOf(queues),
    tables: urlOf(tables),
    async close() {
      child.kill();
      if (child.exitCode === null) await once(child, "exit");
    },
  };
}

/** It says so of each of its three services. Its output is read to the end: a broken pipe would end it in the middle of a test. */
function listening(child: ChildProcess): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let said = "";
  child.stdout?.on("data", (chunk) => {
    said += String(chunk);
    if (said.split("successfully listen").length > 3) resolve();
  });
  child.once("exit", (code) => reject(new Error(`Expected Azurite to listen, got exit ${code}`)));
  return promise;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error("Expected a port, got none");
  return address.port;
}
