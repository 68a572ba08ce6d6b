import { IoTClient } from "@aws-sdk/client-iot";
import { AwsV4Signer } from "aws4fetch";
import {
  createIotEmulator,
  type IotEmulator,
  type IotOptions,
  type SettingsPatch,
} from "../../../emulators/aws-iot/index.ts";
import { inProcess } from "../aws-panorama/request-handler.ts";

export const START_MS = Date.UTC(2026, 10, 21, 4, 0, 0, 250);
export const KEYS = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };
export const CLAIM = "/provisioning-templates/gateways/provisioning-claim";

export interface Reply {
  readonly status: number;
  readonly type: string | null;
  readonly body: Readonly<Record<string, unknown>>;
}

/** An emulator with the template `gateways`, on a clock of its own. */
export class Harness {
  nowMs = START_MS;
  readonly emulator: IotEmulator;
  readonly client: IoTClient;

  constructor(settings: SettingsPatch = {}, options: Partial<IotOptions> = {}) {
    this.emulator = createIotEmulator({ now: () => this.nowMs, ...options });
    this.emulator.configure(settings);
    this.emulator.seedAccessKey(KEYS);
    this.emulator.seedTemplate({ name: "gateways", description: "of all sites" });
    this.client = new IoTClient({
      region: "eu-west-1",
      credentials: KEYS,
      maxAttempts: 1,
      requestHandler: inProcess((request) => this.emulator.fetch(request)),
    });
    this.tick(0);
  }

  tick(ms: number): void {
    this.nowMs += ms;
    // The client signs by the real clock, moved by so much.
    this.client.config.systemClockOffset = this.nowMs - Date.now();
  }

  async ask(method: string, path: string, signedBy: object = {}): Promise<Reply> {
    const signer = new AwsV4Signer({
      method,
      url: `https://iot.eu-west-1.amazonaws.com${path}`,
      datetime: new Date(this.nowMs).toISOString().replace(/[-:]|\.\d+/g, ""),
      service: "iot",
      region: "eu-west-1",
      ...KEYS,
      ...signedBy,
    });
    const { url, headers } = await signer.sign();
    const response = await this.emulator.fetch(new Request(url, { method, headers }));
    const type = response.headers.get("x-amzn-errortype");
    return { status: response.status, type, body: JSON.parse(await response.text()) };
  }
}
