/** What the files of a new folder say of one provider. */
export interface Starter {
  /** Arguments of `drover emulate`. */
  readonly emulate: string;
  readonly connectionName: string;
  readonly connection: object;
  /** Further parts of the configuration. */
  readonly configuration?: object;
  /** The first one is submitted first. */
  readonly requests: readonly [StarterRequest, ...StarterRequest[]];
  /** Secrets of the emulator, by file. */
  readonly secretFiles: Readonly<Record<string, string>>;
  /** Secrets of the real provider, for `drover vault put`. */
  readonly vaultSecrets: readonly { readonly name: string; readonly what: string }[];
  readonly connectionGuide: readonly GuideLine[];
  readonly requestGuide: readonly GuideLine[];
  /** With the emulator, where it takes more than to submit: commands, and why. */
  readonly steps?: readonly (readonly [command: string, why: string])[];
}

export interface StarterRequest {
  /** Name without folder and ending. */
  readonly name: string;
  readonly id: string;
  readonly type: string;
  /** Of the request, beside connection, deadline and labels. */
  readonly fields: object;
}

export const fileOf = ({ name }: StarterRequest): string => `requests/${name}.json`;

export type GuideLine = readonly [key: string, text: string];

export const emulatorSecretFile = "emulator-secret.txt";

/** Waits are short, as nothing behind an emulator is slow. */
export const emulatedPace = {
  firstPoll: "PT1S",
  maxPoll: "PT5S",
  settling: "PT20S",
  lookEvery: "PT2S",
  requestTimeout: "PT5S",
};
