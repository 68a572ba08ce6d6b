import type { Secret } from "../../lib/contracts/secret.ts";
import { CommandError } from "../failure.ts";
import { isSettled, lookUntil, notMinted, pathOf } from "../handoff/await.ts";
import { isMinted } from "../handoff/describe.ts";
import { receive } from "../handoff/receive.ts";
import { remoteSession } from "../remote.ts";
import { readyShape } from "../shapes.ts";
import type { Client } from "../transport.ts";
import type { Board } from "./board.ts";
import type { AwsCase } from "./cases.ts";
import type { DemoCloud } from "./cloud.ts";
import type { HandedOver } from "./counts.ts";

/** Somebody at a device, who reaches Drover over HTTP with a token of his own. */
export class Installer {
  readonly #client: Client;
  readonly #cloud: DemoCloud;
  readonly #board: Board;

  constructor(url: string, token: Secret, cloud: DemoCloud, board: Board) {
    this.#client = remoteSession(url, token, "installer").client;
    this.#cloud = cloud;
    this.#board = board;
  }

  async takes({ name, kind }: AwsCase, id: string, signal: AbortSignal): Promise<HandedOver> {
    await this.#client.post(`/operations/${id}/actions/ready`, { note: "at the dock" }, readyShape);
    const handoff = await lookUntil(this.#client, id, isSettled, { signal });
    if (!isMinted(handoff)) throw notMinted(handoff);
    const pieces: Uint8Array[] = [];
    const answer = await this.#client.open(`${pathOf(id)}/fetch`, {}, signal);
    const { bytes } = await receive(answer, handoff, async (piece) => void pieces.push(piece), signal);
    const secondsLeft = Number(answer.header("x-drover-seconds-left"));
    const secondFetch = await this.#refusalOf(id);
    const pluggedIn =
      kind === "aws-panorama" ? this.#cloud.plugIn(Buffer.concat(pieces), handoff.fileName ?? "") : undefined;
    const said = `${name.padEnd(15)} fetched ${bytes} bytes, ${secondsLeft} s before they die; a second fetch was refused: ${secondFetch}`;
    this.#board.say("fetched", said, { request: name, operation: id, bytes, secondsLeft, secondFetch });
    return { secondsLeft, secondFetch, ...(pluggedIn === undefined ? {} : { pluggedIn }) };
  }

  async #refusalOf(id: string): Promise<string> {
    try {
      await this.#client.open(`${pathOf(id)}/fetch`, {});
      return "not at all";
    } catch (error) {
      if (error instanceof CommandError) return error.code;
      throw error;
    }
  }
}
