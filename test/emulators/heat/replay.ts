import { createHeatEmulator, type HeatEmulator } from "../../../emulators/heat/index.ts";
import { spelledHeaders } from "../../../emulators/spelled-headers.ts";
import { Ids, masked } from "./ids.ts";
import type { RecordedAnswer, Transcript } from "./transcript.ts";

export const recorded = {
  project: "254e75f3624245b2a7d8c2506130bdaa",
  otherProject: "b49d9682da1340fa82562497872dbe3d",
  adminProject: "ad000000000040008000000000000000",
  foreignConfig: "2bcb91ea-3858-4189-b7e2-6b6b99fedd38",
  config: "98666dee-add9-4e80-9fc2-39c6820b05e5",
};

export const HEAT = "http://127.0.0.1:8004";
export const KEYSTONE = "http://127.0.0.1:5000";
const password = "<password>";

/** The recorded cloud, as far as the requests can tell, and the clock of the recording. */
export class Replay {
  nowMs = Date.parse("2026-11-21T04:29:01Z");
  readonly ids = new Ids();
  readonly tokens = new Map<string, string>();
  readonly emulator: HeatEmulator;
  #newest = 0;

  constructor() {
    this.emulator = createHeatEmulator({
      now: () => this.nowMs,
      delay: async (ms) => {
        this.nowMs += ms;
      },
      newId: () => `${(++this.#newest).toString(16).padStart(8, "0")}-0000-4000-8000-000000000000`,
      scenario: {
        settings: { swift: false, anyServer: false },
        projects: [
          { id: recorded.project, name: "fleet" },
          { id: recorded.otherProject, name: "other" },
          { id: recorded.adminProject, name: "admin" },
        ],
        users: [
          this.#user("5ae610c666eb4221aead129244c9d599", "fleet", recorded.project, "member"),
          this.#user("5ae610c666eb4221aead129244c9d500", "other", recorded.otherProject, "member"),
          this.#user("5ae610c666eb4221aead129244c9d5ff", "root", recorded.adminProject, "admin"),
        ],
        applicationCredentials: [
          {
            id: "18f8973b5de44229a55fff796920d437",
            name: "rec-dde332da",
            secret: "<app-credential-secret>",
            userId: "5ae610c666eb4221aead129244c9d599",
            projectId: recorded.project,
            roles: ["member"],
          },
        ],
        configs: [{ id: recorded.foreignConfig, projectId: recorded.otherProject, name: "theirs", group: "script" }],
      },
    });
  }

  #user(id: string, name: string, projectId: string, role: string) {
    return { id, name, password, grants: [{ projectId, roles: [role] }] };
  }

  at(time: string): void {
    this.nowMs = Date.parse(`2026-11-21T${time}Z`);
  }

  async logIn(user: string, projectId: string): Promise<string> {
    const scope = { project: { id: projectId } };
    const identity = { methods: ["password"], password: { user: { name: user, domain: { id: "default" }, password } } };
    const response = await this.emulator.fetch(
      new Request(`${KEYSTONE}/v3/auth/tokens`, {
        method: "POST",
        body: JSON.stringify({ auth: { identity, scope } }),
      }),
    );
    return response.headers.get("x-subject-token") ?? "";
  }

  /** A create beside the recorded requests, such as the recording itself made without writing it down. */
  async create(fields: object, signal?: AbortSignal): Promise<Response> {
    const body = { ...this.usual(), ...fields };
    return this.emulator.fetch(
      new Request(`${HEAT}/v1/${recorded.project}/software_deployments`, {
        method: "POST",
        headers: { "x-auth-token": this.tokens.get("<token>") ?? "" },
        body: JSON.stringify(body),
        ...(signal === undefined ? {} : { signal }),
      }),
    );
  }

  usual(): Record<string, unknown> {
    return {
      status: "IN_PROGRESS",
      server_id: "e3a5f70a-b3e6-420e-804e-a92cc7764874",
      config_id: this.ids.translate(recorded.config),
      stack_user_project_id: "c024bfada67845ddb17d2b0c0be8cd79",
      action: "CREATE",
      status_reason: "Deploy data available",
    };
  }

  async send(transcript: Transcript, body = transcript.body, signal?: AbortSignal): Promise<Response> {
    const headers = transcript.headers.map(([name, value]): [string, string] => [
      name,
      this.tokens.get(value) ?? value,
    ]);
    const bodiless = transcript.method === "GET" || transcript.method === "HEAD" || transcript.method === "OPTIONS";
    // Bytes, as a string would be given a content type.
    const bytes = bodiless ? null : new TextEncoder().encode(this.ids.translate(body));
    return this.emulator.fetch(
      new Request(this.ids.translate(transcript.url), {
        method: transcript.method,
        headers,
        body: bytes,
        ...(signal === undefined ? {} : { signal }),
      }),
    );
  }

  /** The answer in the form of the recording, masked; learns its ids. */
  async comparable(response: Response, expected: RecordedAnswer): Promise<RecordedAnswer> {
    const body = await response.text();
    const headers = spelledHeaders(response);
    this.ids.learnFrom(lines(expected.headers), lines(headers));
    this.ids.learnFrom(
      expected.body.replaceAll("<stack-user-password>", ""),
      body.replace(/("deploy_password".{90,130}?)[0-9a-f]{32}/, "$1"),
    );
    const token = response.headers.get("x-subject-token");
    return maskedAnswer({ status: response.status, statusText: response.statusText, headers, body }, token);
  }
}

function lines(headers: readonly (readonly [string, string])[]): string {
  return headers.map((header) => header.join(": ")).join("\n");
}

export function maskedAnswer(answer: RecordedAnswer, token: string | null = null): RecordedAnswer {
  const value = (text: string): string => masked(text === token ? "<token>" : text);
  const headers = answer.headers.map(([name, text]) => [name, value(text)] as const);
  return { ...answer, headers, body: masked(answer.body) };
}
