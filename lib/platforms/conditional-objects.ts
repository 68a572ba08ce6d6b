/** What stands under a name in the storage of a cloud, without its content. */
export interface ObjectHead {
  readonly etag: string;
  /** Names in lower case, without what the cloud puts before them. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface StoredObject extends ObjectHead {
  readonly body: Buffer;
}

/** What must be true of the object that stands under the name: that very one, or none. */
export type Condition = { readonly etag: string } | "absent";

/** Objects of one bucket or container. Each call is sent once; who repeats it knows what a lost answer means. */
export interface ConditionalObjects {
  head(name: string): Promise<ObjectHead | undefined>;
  get(name: string): Promise<StoredObject | undefined>;
  /** The new ETag; undefined when the condition did not hold. @throws RetryableError whose `effect` says whether it may be there */
  put(
    name: string,
    body: Uint8Array<ArrayBuffer>,
    metadata: Readonly<Record<string, string>>,
    condition: Condition,
  ): Promise<string | undefined>;
  /** False when another object or none stands there. */
  remove(name: string, etag: string): Promise<boolean>;
}
