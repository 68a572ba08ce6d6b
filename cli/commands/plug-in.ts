import { readFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import * as z from "zod/mini";
import type { ArchiveRefusal, PanoramaEmulator } from "../../emulators/aws-panorama/index.ts";
import { type Cli, describedCommand, runs } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { CommandError, usageError } from "../failure.ts";
import { panoramaPort } from "../starter/aws-panorama.ts";

/** No operation of the service begins so. */
const path = "/_/plug-in";

/** The emulator, with what somebody does at an appliance beside what the service answers. */
export function withPlugIn(emulator: PanoramaEmulator): (request: Request) => Promise<Response> {
  return async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (request.method !== "POST" || pathname !== path) return emulator.fetch(request);
    const archive = new Uint8Array(await request.arrayBuffer());
    const fileName = searchParams.get("file");
    const result = emulator.appliance.plugIn({ archive, ...(fileName === null ? {} : { fileName }) });
    return Response.json(result, { status: result.accepted ? 200 : 409 });
  };
}

const resultShape = z.discriminatedUnion("accepted", [
  z.object({ accepted: z.literal(true), deviceId: z.string(), serialNumber: z.string() }),
  z.object({ accepted: z.literal(false), reason: z.string(), deviceId: z.nullable(z.string()) }),
]);

const reasons: Readonly<Record<ArchiveRefusal, string>> = {
  "no-archive": "it is no archive that an appliance could read",
  "foreign-certificate": "no device of this emulator has its certificate",
  expired: "its certificate has expired",
  "device-gone": "its device was deleted",
  "used-before": "it was used before",
  "other-device": "it does not have the name that it must have",
  "device-not-waiting": "its device does not wait for it",
  "appliance-not-reset": "the appliance is registered already",
};

export function plugInCommand(cli: Cli) {
  const command = describedCommand(
    "plug-in",
    "Plug an archive into an appliance of the emulated AWS Panorama",
    "drover emulate plug-in certificates-omni_cam-1.zip",
  )
    .argument("<file>", "the archive, under the name that it must have")
    .option("--port <port>", "where the emulator listens on loopback", String(panoramaPort))
    .addHelpText(
      "after",
      "\nExit codes: 0 taken; 1 the appliance refuses it; 2 no such file; 5 no emulator listens there",
    );
  return runs(cli, command, async ({ terminal, data, lines }, file: string, { port }: { readonly port: string }) => {
    if (!/^\d{1,5}$/.test(port)) throw usageError("Expected --port as a number, got another value");
    const archive = await readFile(resolve(terminal.workingFolder, file)).catch((error: unknown) => {
      const found = error instanceof Error && "code" in error ? String(error.code) : "an error";
      throw new CommandError(`Expected an archive in ${file}, got ${found}`, exitCodes.usage, "no-file");
    });
    const url = `http://127.0.0.1:${port}${path}?file=${encodeURIComponent(basename(file))}`;
    const result = await answered(terminal.fetch ?? fetch, new Request(url, { method: "POST", body: archive }));
    data(result);
    if (result.accepted) {
      lines([`Taken: ${result.deviceId} is being provisioned by the appliance ${result.serialNumber}.`]);
      return exitCodes.ok;
    }
    const why: Readonly<Record<string, string>> = reasons;
    lines([`Refused: ${why[result.reason] ?? result.reason}.`]);
    return exitCodes.otherwise;
  });
}

async function answered(send: (request: Request) => Promise<Response>, request: Request) {
  try {
    return resultShape.parse(await (await send(request)).json());
  } catch {
    const { port } = new URL(request.url);
    throw new CommandError(
      `Expected an emulated AWS Panorama on port ${port}, got none: start it with drover emulate aws-panorama`,
      exitCodes.unavailable,
      "no-answer",
    );
  }
}
