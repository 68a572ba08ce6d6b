import type { AccessKeys } from "../aws/access-keys.ts";
import type { Timeline } from "../timeline.ts";

export interface StoredObject {
  readonly key: string;
  readonly body: Buffer;
  /** With its quotation marks. */
  readonly etag: string;
  readonly contentType: string;
  /** Names as S3 keeps them: in lower case and without `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly modifiedAtMs: number;
}

export interface S3Effect {
  readonly atMs: number;
  readonly kind: "object-put" | "object-deleted";
  readonly bucket: string;
  readonly key: string;
}

export interface S3Settings {
  readonly region: string;
  /** How far the time of a signature may be from the clock. */
  readonly signatureSkewMs: number;
}

export const defaultS3Settings: S3Settings = { region: "eu-central-1", signatureSkewMs: 900_000 };

export interface S3World {
  settings: S3Settings;
  readonly newId: () => string;
  readonly timeline: Timeline;
  readonly accessKeys: AccessKeys;
  readonly buckets: Map<string, Map<string, StoredObject>>;
  readonly effects: S3Effect[];
}
