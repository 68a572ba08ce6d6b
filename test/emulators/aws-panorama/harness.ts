import { PanoramaClient, ProvisionDeviceCommand, type ProvisionDeviceCommandInput } from "@aws-sdk/client-panorama";
import { AwsV4Signer } from "aws4fetch";
import {
  createPanoramaEmulator,
  type PanoramaEmulator,
  type PanoramaOptions,
  type SettingsPatch,
} from "../../../emulators/aws-panorama/index.ts";
import { inProcess } from "./request-handler.ts";

export const START_MS = Date.UTC(2026, 10, 21, 4, 0, 0, 250);
export const KEYS = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };
export const REGION = "eu-west-1";
const ORIGIN = `https://panorama.${REGION}.amazonaws.com`;

/** Reads show what is, and nobody is throttled: for tests that are about something else. */
export const plain: SettingsPatch = { throttling: null, listDelayMs: 0, describeDelayMs: 0 };

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface SignedBy {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly service?: string;
  readonly region?: string;
}

/** An emulator on a clock of its own, with the official client and with requests signed by another library. */
export class Harness {
  nowMs = START_MS;
  readonly emulator: PanoramaEmulator;
  readonly client: PanoramaClient;

  constructor(settings: SettingsPatch = plain, options: Partial<PanoramaOptions> = {}) {
    this.emulator = createPanoramaEmulator({ now: () => this.nowMs, ...options });
    this.emulator.configure(settings);
    this.emulator.seedAccessKey(KEYS);
    this.client = this.clientWith({ maxAttempts: 1 });
  }

  clientWith({ maxAttempts }: { maxAttempts: number }): PanoramaClient {
    const requestHandler = inProcess((request) => this.emulator.fetch(request));
    const systemClockOffset = this.nowMs - Date.now();
    return new PanoramaClient({ region: REGION, credentials: KEYS, maxAttempts, requestHandler, systemClockOffset });
  }

  tick(ms: number): void {
    this.nowMs += ms;
    this.#setClock();
  }

  provision(Name: string, input: Partial<ProvisionDeviceCommandInput> = {}) {
    return this.client.send(new ProvisionDeviceCommand({ Name, ...input }));
  }

  /** Its id and archive. */
  async device(
    name: string,
    input: Partial<ProvisionDeviceCommandInput> = {},
  ): Promise<{ id: string; archive: Uint8Array }> {
    const { DeviceId, Certificates } = await this.provision(name, input);
    if (DeviceId === undefined || Certificates === undefined) throw new Error("Expected a device with its archive");
    return { id: DeviceId, archive: Certificates };
  }

  async ask(method: string, path: string, body?: unknown, signedBy: SignedBy = KEYS): Promise<Reply> {
    const response = await this.emulator.fetch(await this.request(method, path, body, signedBy));
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: JSON.parse(text) };
  }

  async request(method: string, path: string, body?: unknown, signedBy: SignedBy = KEYS): Promise<Request> {
    const signer = new AwsV4Signer({
      method,
      url: `${ORIGIN}${path}`,
      headers: body === undefined ? {} : { "content-type": "application/json" },
      body: body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body),
      datetime: new Date(this.nowMs).toISOString().replace(/[-:]|\.\d+/g, ""),
      service: "panorama",
      region: REGION,
      ...signedBy,
    });
    const signed = await signer.sign();
    return new Request(signed.url, { method, headers: signed.headers, ...(signed.body ? { body: signed.body } : {}) });
  }

  #setClock(): void {
    // The client signs by the real clock, moved by so much.
    this.client.config.systemClockOffset = this.nowMs - Date.now();
  }
}
